"""What layers tell of their kinds is kept; the library then says what is said of their files."""

from dataclasses import replace

import pytest

from modeldesk.core.changes import Changes
from modeldesk.core.contents.model import EngineImage, ImageContents
from modeldesk.core.errors import RecordsBusy
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.labels import BASE_NAME_LABEL
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.parts import Told, add_up
from modeldesk.core.library.model import Version
from modeldesk.core.library.service import Library
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_images import Step
from tests.fakes.image_source import LayerFiles, contents_of
from tests.fakes.records import FakeImageRecords

BASE, SYSTEM, DEPENDENCIES, APPLICATION, WEIGHTS, OTHER = LayerKind
MB = 1_000_000
FILES: tuple[dict[str, int], ...] = (
    {"usr/bin/sh": 5 * MB, "var/lib/dpkg/status": MB},
    {"venv/lib/python3.11/site-packages/x.so": 30 * MB, "opt/tool": 10 * MB},
    # The instruction says nothing of them; the large file alone in its folder is weights.
    {"srv/m/blob": 300 * MB, "srv/app/serve.py": 20 * MB},
)
STEPS = (
    Step("ADD rootfs.tar.xz /", 6 * MB),
    Step("RUN pip install x", 40 * MB),
    Step("COPY . /srv", 320 * MB),
)
PLACE = "here"


class Desk:
    """A library and the service that looks inside, on one engine and one set of records."""

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.records = FakeContentRecords()
        self.library = Library(FakeImageRecords(), lambda: self.records)
        self.files: dict[DiffId, dict[str, int]] = {}

    def add(self, *tags: str, steps: tuple[Step, ...] = STEPS, base: str = "") -> ImageId:
        labels = {BASE_NAME_LABEL: base} if base else {}
        image = self.engine.add_image(*tags, steps=steps, base=(), labels=labels)
        self.files.update(zip(self.engine.image_detail(image).diff_ids, FILES, strict=False))
        return image

    def list(self) -> None:
        self.library.reload(self.engine)
        self.library.fill_details(self.engine, Job(), lambda _: None)
        self.library.learn_kinds()

    def version(self, image: ImageId) -> Version:
        snapshot = self.library.snapshot
        every = (v for group in (*snapshot.models, *snapshot.others) for v in group.versions)
        return next(version for version in every if version.key.image == image)

    def look(self, image: ImageId, stamp: str = "") -> ImageContents:
        files: LayerFiles = self.files
        contents = contents_of(self.engine, files, self.records, stamp)
        place = EngineImage(PLACE, image, "it")
        return contents.read(place, Job(), self.version(image).base_layers)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def kinds(version: Version) -> list[LayerKind]:
    return [layer.kind for layer in version.layers or ()]


def test_the_library_guesses_until_somebody_looks_inside(desk: Desk) -> None:
    image = desk.add("rec:v1")
    desk.list()
    before = desk.version(image)
    assert kinds(before) == [BASE, DEPENDENCIES, WEIGHTS]
    assert before.bytes_by_kind() == {BASE: 6 * MB, DEPENDENCIES: 40 * MB, WEIGHTS: 320 * MB}

    contents = desk.look(image)
    desk.library.apply(desk.engine, Changes(layers=frozenset(contents.image.detail.diff_ids)))
    after = desk.version(image)
    assert after.bytes_by_kind() == {
        BASE: 6 * MB,
        DEPENDENCIES: 40 * MB,
        APPLICATION: 20 * MB,
        WEIGHTS: 300 * MB,
    }
    assert kinds(after) == [layer.kind for layer in contents.layers]
    assert after.bytes_by_kind() == add_up(layer.parts for layer in contents.layers)


def test_what_made_a_layer_is_put_right_once_sizes_are_known(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (
        Step("ADD rootfs.tar.xz /", 6 * MB),
        Step("COPY model /m", 300 * MB),
        Step("RUN clean-up", 0),
        Step("COPY serve.py /app/", 20 * MB),
        Step("RUN show", 0),
    )
    image = desk.engine.add_image("rec:v1", steps=steps, base=())
    detail = desk.engine.image_detail(image)
    # The first of the two commands left a mark, which takes no room, and the other nothing.
    layers = (*detail.diff_ids[:2], DiffId(f"sha256:{'c' * 64}"), detail.diff_ids[2])
    monkeypatch.setattr(desk.engine, "image_detail", lambda _: replace(detail, diff_ids=layers))
    files: tuple[dict[str, int], ...] = (
        {"bin/sh": 6 * MB},
        {"m/blob": 300 * MB},
        {},
        {"app/serve.py": 20 * MB},
    )
    desk.files = dict(zip(layers, files, strict=True))
    desk.list()
    assert [layer.size_bytes for layer in desk.version(image).layers or ()][2:] == [20 * MB, 0]

    desk.look(image)
    desk.library.apply(desk.engine, Changes(layers=frozenset(layers)))
    found = desk.version(image).layers or ()
    assert [(layer.instruction, layer.size_bytes) for layer in found][2:] == [
        ("RUN clean-up", 0),
        ("COPY serve.py /app/", 20 * MB),
    ]


def test_so_does_another_program_from_then_on(desk: Desk) -> None:
    image = desk.add("rec:v1")
    desk.list()
    contents = desk.look(image)
    desk.records.forget_all()

    again = Library(FakeImageRecords(), lambda: desk.records)
    again.reload(desk.engine)
    before = again.fill_details(desk.engine, Job(), lambda _: None)
    assert not before.kinds_known
    calls = desk.records.told_calls
    [model] = again.learn_kinds().models
    assert desk.records.told_calls == calls + 1
    assert again.snapshot.kinds_known
    found = model.versions[0].bytes_by_kind()
    assert found == add_up(layer.parts for layer in contents.layers)


@pytest.mark.parametrize("base", ["", "os:v1"])
def test_a_base_is_the_same_for_both(desk: Desk, base: str) -> None:
    """Named by a label, with the layers of another image and settings of its own, or neither."""
    desk.add("os:v1", "os:again", steps=STEPS[:2])
    image = desk.add("rec:v1", base=base)
    only_settings = desk.add("other:v1", steps=(*STEPS[:2], Step('CMD ["x"]', 0)), base=base)
    desk.list()
    for one in (image, only_settings):
        contents = desk.look(one)
        desk.list()
        assert [layer.kind for layer in contents.layers] == kinds(desk.version(one))
        parts = add_up(layer.parts for layer in contents.layers)
        assert parts == desk.version(one).bytes_by_kind()
    assert desk.version(image).base_layers == 2


def test_a_judgement_by_other_rules_is_put_right_when_the_image_is_opened(desk: Desk) -> None:
    image = desk.add("rec:v1")
    desk.list()
    desk.look(image)
    told = dict(desk.records.told)
    last = desk.engine.image_detail(image).diff_ids[-1]
    desk.records.told[last] = Told(((OTHER, 1),), 7)
    del desk.records.told[desk.engine.image_detail(image).diff_ids[0]]

    contents = contents_of(desk.engine, desk.files, desk.records)
    assert contents.known(EngineImage(PLACE, image, "it"), CancelToken()) is not None
    assert desk.records.told == told
    calls = desk.records.told_calls
    contents.known(EngineImage(PLACE, image, "it"), CancelToken())
    assert desk.records.told_calls == calls + 1, "nothing is written when nothing is new"


def test_what_may_lie_tells_nothing_of_others(desk: Desk) -> None:
    image = desk.add("rec:v1")
    desk.list()
    desk.look(image, "a source")
    assert desk.records.told == {}


def test_records_that_fail_hold_nobody_up(desk: Desk) -> None:
    image = desk.add("rec:v1")
    desk.list()
    desk.records.failure = RecordsBusy("busy")
    contents = desk.look(image)
    assert [layer.kind for layer in contents.layers] == [BASE, DEPENDENCIES, WEIGHTS]
    again = Library(FakeImageRecords(), lambda: desk.records)
    again.reload(desk.engine)
    assert again.learn_kinds().kinds_known


def test_where_nobody_looked_inside_nothing_is_made_again(desk: Desk) -> None:
    desk.add("rec:v1")
    before = desk.library.reload(desk.engine)
    after = desk.library.learn_kinds()
    assert (before.kinds_known, after.kinds_known) == (False, True)
    assert after.models is before.models


def test_news_of_layers_asks_no_engine_and_alters_nothing_by_itself(desk: Desk) -> None:
    image = desk.add("rec:v1")
    desk.list()
    before = desk.library.snapshot
    layers = frozenset(desk.engine.image_detail(image).diff_ids)
    asked = dict(desk.engine.calls)
    assert desk.library.apply(desk.engine, Changes(layers=layers)) is before
    assert dict(desk.engine.calls) == asked
