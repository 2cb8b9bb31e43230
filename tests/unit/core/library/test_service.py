"""The library as it follows an engine."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import ContainerSpec
from modeldesk.core.errors import (
    Cancelled,
    EngineError,
    EngineUnavailable,
    NotFound,
    RecordsBusy,
    RecordsError,
)
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.images import ImageDetail
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.library.service import LIST_AGAIN_ABOVE, Library
from modeldesk.core.references import Reference
from tests.fakes.engine import FakeEngine
from tests.fakes.records import FakeImageRecords


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def records() -> FakeImageRecords:
    return FakeImageRecords()


@pytest.fixture
def library(records: FakeImageRecords) -> Library:
    return Library(records)


def names(snapshot: LibrarySnapshot) -> dict[str, list[str]]:
    return {
        model.name: [version.name for version in model.versions]
        for model in (*snapshot.models, *snapshot.others)
    }


def tags(snapshot: LibrarySnapshot, image: ImageId) -> list[str]:
    return [
        str(reference)
        for model in (*snapshot.models, *snapshot.others)
        for version in model.versions
        if version.key.image == image
        for reference in version.references
    ]


def version(snapshot: LibrarySnapshot, image: ImageId) -> Version:
    return next(
        version
        for model in (*snapshot.models, *snapshot.others)
        for version in model.versions
        if version.key.image == image
    )


def changed(*images: ImageId) -> Changes:
    return Changes(images=frozenset(images))


def fill(library: Library, engine: FakeEngine) -> LibrarySnapshot:
    return library.fill_details(engine, Job(), lambda _: None)


class TestReload:
    def test_is_empty_before(self, library: Library) -> None:
        assert library.snapshot == LibrarySnapshot()

    def test_takes_two_calls_and_no_inspection(self, library: Library, engine: FakeEngine) -> None:
        for number in range(5):
            engine.add_image(f"rec:v1.{number}.0")

        snapshot = library.reload(engine)

        assert engine.calls == {"list_images": 1, "list_containers": 1}
        assert snapshot is library.snapshot
        assert names(snapshot) == {"rec": ["v1.4.0", "v1.3.0", "v1.2.0", "v1.1.0", "v1.0.0"]}
        assert snapshot.missing_details == 5

    def test_has_layers_that_were_kept(
        self, library: Library, engine: FakeEngine, records: FakeImageRecords
    ) -> None:
        image = engine.add_image("rec:v1.0.0", steps=[("COPY a.onnx /", 40)])
        library.reload(engine)
        fill(library, engine)

        again = Library(records).reload(engine)

        assert again.missing_details == 0
        assert version(again, image).sizes is not None
        assert engine.calls["image_detail"] == 1

    def test_goes_on_without_records(
        self,
        library: Library,
        engine: FakeEngine,
        records: FakeImageRecords,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        records.failure = RecordsBusy("The records are in use.")
        engine.add_image("rec:v1.0.0")

        assert library.reload(engine).missing_details == 1
        assert fill(library, engine).missing_details == 0
        assert all(record.levelno <= logging.INFO for record in caplog.records)

    def test_says_that_the_engine_is_gone_and_keeps_what_was_known(
        self, library: Library, engine: FakeEngine
    ) -> None:
        engine.add_image("rec:v1.0.0")
        before = library.reload(engine)
        engine.stop()

        with pytest.raises(EngineUnavailable):
            library.reload(engine)
        assert library.snapshot is before


class TestApply:
    def test_reads_only_what_changed(self, library: Library, engine: FakeEngine) -> None:
        engine.add_image("rec:v1.0.0")
        library.reload(engine)
        new = engine.add_image("rec:v1.1.0")
        engine.calls.clear()

        snapshot = library.apply(engine, changed(new))

        assert engine.calls == {"image_summary": 1}
        assert names(snapshot) == {"rec": ["v1.1.0", "v1.0.0"]}

    def test_nothing_to_read(self, library: Library, engine: FakeEngine) -> None:
        before = library.reload(engine)
        engine.calls.clear()

        assert library.apply(engine, Changes(builds=True)) is before
        assert engine.calls == {}

    def test_a_moved_tag_leaves_the_image_that_had_it(
        self, library: Library, engine: FakeEngine
    ) -> None:
        old = engine.add_image("rec:v1.0.0", "rec:stable")
        new = engine.add_image("rec:v1.1.0")
        library.reload(engine)
        engine.tag_image(new, Reference.parse("rec:stable"))

        snapshot = library.apply(engine, changed(new))

        assert tags(snapshot, old) == ["rec:v1.0.0"]
        assert tags(snapshot, new) == ["rec:v1.1.0", "rec:stable"]

    def test_the_only_tag_moved(self, library: Library, engine: FakeEngine) -> None:
        old = engine.add_image("rec:v1.0.0")
        library.reload(engine)
        new = engine.add_image("rec:v1.0.0")

        snapshot = library.apply(engine, changed(new))

        assert names(snapshot) == {"rec": ["v1.0.0"], "": [old[7:19]]}
        assert version(snapshot, new).name == "v1.0.0"

    def test_an_untagged_and_a_removed_one(self, library: Library, engine: FakeEngine) -> None:
        image = engine.add_image("rec:v1.0.0", "rec:stable")
        library.reload(engine)
        engine.remove_image("rec:stable")
        assert tags(library.apply(engine, changed(image)), image) == ["rec:v1.0.0"]

        engine.remove_image("rec:v1.0.0")
        assert library.apply(engine, changed(image)).image_count == 0

    def test_the_same_change_told_twice_alters_nothing(
        self, library: Library, engine: FakeEngine
    ) -> None:
        library.reload(engine)
        new = engine.add_image("rec:v1.0.0")

        assert library.apply(engine, changed(new)) == library.apply(engine, changed(new))

    def test_lists_again_for_many(self, library: Library, engine: FakeEngine) -> None:
        new = [engine.add_image(f"rec:v1.{n}.0") for n in range(LIST_AGAIN_ABOVE + 1)]

        snapshot = library.apply(engine, changed(*new))

        assert engine.calls == {"list_images": 1}
        assert snapshot.image_count == LIST_AGAIN_ABOVE + 1

    def test_lists_again_for_what_is_no_id(self, library: Library, engine: FakeEngine) -> None:
        engine.add_image("rec:v1.0.0")

        library.apply(engine, changed(ImageId("rec:v1.0.0")))

        assert engine.calls == {"list_images": 1}

    def test_after_a_reconnect_everything(self, library: Library, engine: FakeEngine) -> None:
        engine.add_image("rec:v1.0.0")

        assert library.apply(engine, Changes.everything()).image_count == 1
        assert engine.calls == {"list_images": 1, "list_containers": 1}

    def test_containers(self, library: Library, engine: FakeEngine) -> None:
        image = engine.add_image("rec:v1.0.0")
        library.reload(engine)
        container = engine.create_container(ContainerSpec(image, "serving"))
        change = Changes(containers=frozenset({container}))
        engine.calls.clear()

        (made,) = version(library.apply(engine, change), image).containers
        assert (made.name, made.running) == ("serving", False)
        assert engine.calls == {"container": 1}

        engine.start_container(container)
        assert version(library.apply(engine, change), image).containers[0].running

        engine.remove_container(container)
        assert version(library.apply(engine, change), image).containers == ()

    def test_a_container_never_known_is_no_error(
        self, library: Library, engine: FakeEngine
    ) -> None:
        gone = Changes(containers=frozenset({ContainerId("gone")}))

        assert library.apply(engine, gone).image_count == 0


class TestFillDetails:
    def test_reads_each_image_once_and_keeps_it(
        self, library: Library, engine: FakeEngine, records: FakeImageRecords
    ) -> None:
        images = {engine.add_image(f"rec:v1.{n}.0", steps=[("COPY a", n + 1)]) for n in range(120)}
        library.reload(engine)
        seen: list[LibrarySnapshot] = []
        told: list[Progress] = []

        snapshot = library.fill_details(engine, Job(report=told.append), seen.append)

        assert snapshot is library.snapshot is seen[-1]
        assert snapshot.missing_details == 0
        assert snapshot.total_bytes is not None
        assert engine.calls["image_detail"] == 120
        assert set(records.kept) == images
        assert (told[-1].done, told[-1].total, told[-1].unit) == (120, 120, Unit.IMAGES)
        assert fill(library, engine) is snapshot
        assert engine.calls["image_detail"] == 120

    def test_tells_the_kinds(self, library: Library, engine: FakeEngine) -> None:
        image = engine.add_image(
            "rec:v1.0.0",
            steps=[
                ("RUN /bin/sh -c pip install -r requirements.txt # buildkit", 400),
                ("COPY model.onnx /app/ # buildkit", 90),
                ("COPY serve.py /app/ # buildkit", 2),
            ],
        )
        library.reload(engine)

        found = version(fill(library, engine), image)

        assert [layer.kind for layer in found.layers or ()][-3:] == [
            LayerKind.DEPENDENCIES,
            LayerKind.MODEL_WEIGHTS,
            LayerKind.APPLICATION,
        ]
        assert sum(found.bytes_by_kind().values()) == found.size_bytes

    def test_publishes_now_and_then(
        self, library: Library, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("modeldesk.core.library.filling._PUBLISH_EVERY_S", 0.0)
        for number in range(4):
            engine.add_image(f"rec:v1.{number}.0")
        library.reload(engine)
        missing: list[int] = []

        library.fill_details(
            engine, Job(), lambda snapshot: missing.append(snapshot.missing_details)
        )

        assert missing[0] > missing[-1] == 0
        assert missing == sorted(missing, reverse=True)

    def test_passes_over_what_cannot_be_read_until_the_next_reload(
        self, library: Library, engine: FakeEngine
    ) -> None:
        engine.add_image("rec:v1.0.0")
        engine.add_image("rec:v1.1.0")
        library.reload(engine)
        engine.fail_next("image_detail", EngineError("The engine stumbled."))

        snapshot = fill(library, engine)

        assert snapshot.missing_details == 0
        assert snapshot.total_bytes is not None
        assert [v.layers is None for v in snapshot.models[0].versions].count(True) == 1
        fill(library, engine)
        assert engine.calls["image_detail"] == 2

        library.reload(engine)
        assert all(v.layers for v in fill(library, engine).models[0].versions)

    def test_an_image_gone_meanwhile_holds_nothing_up(
        self, library: Library, engine: FakeEngine
    ) -> None:
        engine.add_image("rec:v1.0.0")
        library.reload(engine)
        engine.remove_image("rec:v1.0.0")

        assert fill(library, engine).missing_details == 0

    def test_a_broken_connection_is_said_and_what_was_read_is_kept(
        self, library: Library, engine: FakeEngine, records: FakeImageRecords
    ) -> None:
        for number in range(3):
            engine.add_image(f"rec:v1.{number}.0")
        library.reload(engine)
        told = _StopAfter(engine, 2)

        with pytest.raises(EngineUnavailable):
            library.fill_details(told, Job(), lambda _: None)

        assert len(records.kept) == 2
        assert library.snapshot.missing_details == 1
        engine.come_back()
        assert fill(library, engine).missing_details == 0

    def test_a_cancelled_one_keeps_what_was_read(
        self, library: Library, engine: FakeEngine, records: FakeImageRecords
    ) -> None:
        for number in range(3):
            engine.add_image(f"rec:v1.{number}.0")
        library.reload(engine)
        token = CancelToken()

        with pytest.raises(Cancelled):
            library.fill_details(_CancelAfter(token, engine, 2), Job(token), lambda _: None)

        assert len(records.kept) == 2
        assert library.snapshot.missing_details == 1

    def test_two_at_once_share_the_work(self, library: Library, engine: FakeEngine) -> None:
        engine.latency_s = 0.002
        for number in range(30):
            engine.add_image(f"rec:v1.{number}.0")
        library.reload(engine)
        barrier = threading.Barrier(3)

        def work(_: int) -> None:
            barrier.wait()
            fill(library, engine)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(work, range(3)))

        assert engine.calls["image_detail"] == 30
        assert library.snapshot.missing_details == 0


class TestDetail:
    def test_is_asked_for_once(self, library: Library, engine: FakeEngine) -> None:
        image = engine.add_image("rec:v1.0.0")

        assert library.detail(engine, image) == library.detail(engine, image)
        assert engine.calls["image_detail"] == 1

    def test_without_records(
        self, library: Library, engine: FakeEngine, records: FakeImageRecords
    ) -> None:
        records.failure = RecordsBusy("The records are in use.")
        image = engine.add_image("rec:v1.0.0")

        assert library.detail(engine, image).id == image

    def test_of_an_image_that_is_gone(self, library: Library, engine: FakeEngine) -> None:
        with pytest.raises(NotFound):
            library.detail(engine, ImageId("sha256:" + "0" * 64))


def test_changes_from_many_threads_end_where_the_engine_is(
    library: Library, engine: FakeEngine
) -> None:
    """Answers that overtake each other would leave an older state behind."""
    engine.latency_s = 0.001
    library.reload(engine)
    images = [engine.add_image(f"rec:v1.{number}.0") for number in range(8)]

    def work(number: int) -> None:
        image = images[number % len(images)]
        engine.tag_image(image, Reference.parse("rec:stable"))
        library.apply(engine, changed(image))
        if number % 5 == 0:
            library.reload(engine)
        fill(library, engine)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(40)))

    fresh = Library(FakeImageRecords())
    fresh.reload(engine)
    assert library.apply(engine, changed(*images)) == fill(fresh, engine)


class _StopAfter(FakeEngine):
    """Another engine's inspections, until it stops after so many."""

    def __init__(self, engine: FakeEngine, count: int) -> None:
        super().__init__()
        self._engine, self._left = engine, count

    def image_detail(self, image: ImageId) -> ImageDetail:
        if not self._left:
            self._engine.stop()
        self._left -= 1
        return self._engine.image_detail(image)


class _CancelAfter(FakeEngine):
    """Another engine's inspections; the last of so many is cancelled right after."""

    def __init__(self, token: CancelToken, engine: FakeEngine, count: int) -> None:
        super().__init__()
        self._token, self._engine, self._left = token, engine, count

    def image_detail(self, image: ImageId) -> ImageDetail:
        self._left -= 1
        if not self._left:
            self._token.cancel()
        return self._engine.image_detail(image)


def test_what_was_said_of_metrics_since_the_build() -> None:
    engine = FakeEngine()
    labels = {"io.modeldesk.model.metrics": '{"accuracy": 0.5, "loss": 1}'}
    image = engine.add_image("rec:v1", labels=labels)
    said: dict[ImageId, dict[str, float | None]] = {}
    library = Library(FakeImageRecords(), edited=lambda: said)

    def metrics() -> dict[str, float]:
        return dict(library.snapshot.models[0].versions[0].metrics)

    library.reload(engine)
    assert metrics() == {"accuracy": 0.5, "loss": 1}
    said[image] = {"accuracy": 0.9, "loss": None, "f1": 0.8}
    library.apply(engine, Changes(images=frozenset((image,))))
    assert metrics() == {"accuracy": 0.9, "f1": 0.8}


def test_records_of_edits_that_fail_leave_what_labels_say() -> None:
    engine = FakeEngine()
    engine.add_image("rec:v1", labels={"io.modeldesk.model.metrics": '{"accuracy": 0.5}'})

    def edited() -> dict[ImageId, dict[str, float | None]]:
        raise RecordsError("full")

    library = Library(FakeImageRecords(), edited=edited)
    library.reload(engine)
    assert library.snapshot.models[0].versions[0].metrics == {"accuracy": 0.5}
