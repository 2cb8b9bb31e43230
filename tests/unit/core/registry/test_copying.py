"""Copies between repositories and registries."""

import threading
from collections.abc import Callable, Iterator

import pytest

from modeldesk.core.errors import (
    Cancelled,
    InvalidReference,
    NotInRegistry,
    RegistryDenied,
    RegistryLied,
    RegistryUnavailable,
    TagMoved,
    TagTaken,
)
from modeldesk.core.jobs import CancelToken, Job, PartState, Progress
from modeldesk.core.references import Reference
from modeldesk.core.registry import copying
from modeldesk.core.registry.copying import Copied, CopyRequest, copy
from modeldesk.core.registry.walk import MOVE_TYPE
from tests.fakes.registry import FakeRegistries, FakeRegistry
from tests.fakes.registry_contents import OCI_LAYER, entry, image_document
from tests.unit.core.registry.images import AMD, ARM, S390, add_index, attach

HERE, THERE = "here.lan", "there.lan:5000"
LAYERS = [b"weights" * 50_000, b"packages" * 20_000, b"base" * 30_000]


@pytest.fixture
def registries() -> FakeRegistries:
    return FakeRegistries(HERE, THERE)


@pytest.fixture
def here(registries: FakeRegistries) -> FakeRegistry:
    return registries.hosts[HERE]


@pytest.fixture
def there(registries: FakeRegistries) -> FakeRegistry:
    return registries.hosts[THERE]


def run(
    registries: FakeRegistries,
    source: str,
    target: str,
    *platforms: str,
    job: Job | None = None,
    expected: str | None = None,
) -> Copied:
    request = CopyRequest(Reference.parse(source), Reference.parse(target), platforms, expected)
    return copy(registries, request, job or Job())


def tags_of(registry: FakeRegistry, repository: str) -> dict[str, str]:
    own = registry.kept.get(repository)
    return own.tags if own else {}


def test_a_copy_is_the_same_bytes(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    image = here.add_image("team/rec", "v1.0.0", LAYERS)
    said: list[Progress] = []
    job = Job(CancelToken(), said.append)
    done = run(registries, f"{HERE}/team/rec:v1.0.0", f"{THERE}/prod/rec", job=job)
    assert str(done.target) == f"{THERE}/prod/rec:v1.0.0@{image.digest}"
    assert done.before == ""
    own, copied = here.kept["team/rec"], there.kept["prod/rec"]
    assert copied.tags == {"v1.0.0": image.digest}
    assert copied.blobs == own.blobs
    assert copied.manifests == own.manifests
    assert done.moved_bytes == there.sent == sum(map(len, own.blobs.values()))
    last = said[-1]
    assert last.done == last.total == there.sent
    assert {one.state for one in last.parts} == {PartState.DONE}
    assert len(last.parts) == len(own.blobs)


def test_in_one_registry_no_byte_of_a_layer_moves(
    registries: FakeRegistries, here: FakeRegistry
) -> None:
    here.add_image("team/rec", "v1.0.0", LAYERS)
    done = run(registries, f"{HERE}/team/rec:v1.0.0", f"{HERE}/prod/rec:v1.0.0")
    assert here.sent == done.moved_bytes == 0
    assert done.there_bytes == sum(map(len, here.kept["team/rec"].blobs.values()))
    assert here.asked["mount"] == len(LAYERS) + 1
    assert here.asked["blob"] == 0


def test_where_nothing_is_mounted_it_is_sent(
    registries: FakeRegistries, here: FakeRegistry
) -> None:
    here.add_image("team/rec", "v1.0.0", LAYERS)
    here.mounts = False
    run(registries, f"{HERE}/team/rec:v1.0.0", f"{HERE}/prod/rec:v1.0.0")
    assert here.sent == sum(map(len, here.kept["team/rec"].blobs.values()))


def test_what_is_there_is_not_sent_again(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    here.add_image("team/rec", "v1.0.0", LAYERS)
    run(registries, f"{HERE}/team/rec:v1.0.0", f"{THERE}/rec")
    here.add_image("team/rec", "v1.1.0", [b"new weights", *LAYERS[1:]], {"v": 2})
    before = there.sent
    done = run(registries, f"{HERE}/team/rec:v1.1.0", f"{THERE}/rec")
    assert there.sent - before == done.moved_bytes == len(b"new weights") + len(b'{"v": 2}')
    assert done.there_bytes == len(LAYERS[1]) + len(LAYERS[2])
    again = run(registries, f"{HERE}/team/rec:v1.1.0", f"{THERE}/rec")
    assert again.moved_bytes == 0
    assert there.asked["put_blob"] == len(LAYERS) + 1 + 2


@pytest.mark.parametrize("has_list", [True, False])
def test_all_platforms_and_all_that_is_attached_come_along(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry, has_list: bool
) -> None:
    here.has_referrers = there.has_referrers = has_list
    index, images = add_index(here, "rec", "v1", AMD, ARM)
    bill = attach(here, "rec", images[ARM], b"bill of materials")
    note = attach(here, "rec", bill, b"signature of the bill")
    signature = here.add_image(
        "rec", f"{index.digest.replace(':', '-')}.sig", [b"signed"], {"s": 1}
    )
    here.add_image("rec", f"sha256-{'a' * 64}.sig", [b"of another"], {"s": 2})
    run(registries, f"{HERE}/rec:v1", f"{THERE}/rec")
    own, copied = here.kept["rec"], there.kept["rec"]
    listed = {one.media_type for one in own.manifests.values()}
    assert listed == {one.media_type for one in copied.manifests.values()}
    for one in (index, *images.values(), bill, note, signature):
        assert copied.manifests[one.digest].content == one.content
    token = CancelToken()
    assert [one.digest for one in there.referrers("rec", images[ARM].digest, token)] == [
        bill.digest
    ]
    assert copied.tags["v1"] == index.digest
    assert signature.digest in copied.tags.values()
    assert not any("a" * 64 in tag for tag in copied.tags)


def test_what_was_attached_and_is_gone_is_no_hindrance(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    image = here.add_image("rec", "v1", LAYERS)
    lost = attach(here, "rec", image, b"swept away")
    kept = attach(here, "rec", image, b"kept")
    del here.kept["rec"].manifests[lost.digest]
    run(registries, f"{HERE}/rec:v1", f"{THERE}/rec")
    assert [one.digest for one in there.referrers("rec", image.digest, CancelToken())] == [
        kept.digest
    ]


@pytest.mark.parametrize("has_list", [True, False])
def test_moves_of_channels_stay_where_they_were_made(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry, has_list: bool
) -> None:
    here.has_referrers = there.has_referrers = has_list
    image = here.add_image("rec", "v1", LAYERS)
    tag = f"{image.digest.replace(':', '-')}.channel.{7:016x}"
    attach(here, "rec", image, b"moved", tag, kind=MOVE_TYPE)
    run(registries, f"{HERE}/rec:v1", f"{THERE}/rec")
    assert set(there.kept["rec"].manifests) == {image.digest}
    assert set(there.kept["rec"].tags) == {"v1"}


def test_what_speaks_of_an_attachment_comes_along_by_its_tag(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    image = here.add_image("rec", "v1", LAYERS)
    names = [image.digest]
    for number in range(3):
        tag = f"{names[-1].replace(':', '-')}.sig"
        names.append(here.add_image("rec", tag, [b"signed"], {"s": number}).digest)
    run(registries, f"{HERE}/rec:v1", f"{THERE}/rec")
    assert set(there.kept["rec"].manifests) == set(names)


def test_platforms_are_chosen(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    index, images = add_index(here, "rec", "v1", AMD, ARM, S390)
    one = run(registries, f"{HERE}/rec:v1", f"{THERE}/one:v1", "linux/arm64")
    assert one.target.digest == images[ARM].digest
    assert set(there.kept["one"].manifests) == {images[ARM].digest}
    two = run(registries, f"{HERE}/rec:v1", f"{THERE}/two:v1", AMD, ARM)
    assert two.target.digest not in (index.digest, *(i.digest for i in images.values()))
    kept = there.kept["two"].manifests
    assert images[S390].digest not in kept
    # The index, two images, and what each attests.
    assert len(kept) == two.manifests == 5
    everything = run(registries, f"{HERE}/rec:v1", f"{THERE}/all:v1", AMD, ARM, S390)
    assert everything.target.digest == index.digest
    with pytest.raises(NotInRegistry, match="not for linux/riscv64"):
        run(registries, f"{HERE}/rec:v1", f"{THERE}/none:v1", "linux/riscv64")
    assert "none" not in there.kept


def test_layers_that_registries_may_not_have_are_not_asked_for(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    config = here.add_blob("rec", b"{}")
    weights = here.add_blob("rec", LAYERS[0])
    foreign = b"system of somebody"
    # The registry of memory insists on every blob that is named; real ones know which to leave.
    there.add_blob("rec", foreign)
    document = image_document(b"{}", [LAYERS[0]])
    layers = document["layers"]
    assert isinstance(layers, list)
    layers.append(entry(OCI_LAYER.replace("layer", "layer.nondistributable"), foreign))
    here.add_manifest("rec", "v1", document)
    asked: set[str] = set()
    here.before = lambda method, _repository, what: asked.add(what) if method == "blob" else None
    run(registries, f"{HERE}/rec:v1", f"{THERE}/rec")
    assert asked == {config, weights}


def test_a_version_is_never_given_to_another_image(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    here.add_image("rec", "v1.0.0", LAYERS)
    other = there.add_image("rec", "v1.0.0", [b"other"])
    there.add_image("rec", "stable", [b"older"])
    with pytest.raises(TagTaken) as caught:
        run(registries, f"{HERE}/rec:v1.0.0", f"{THERE}/rec")
    assert other.digest[7:19] in caught.value.hint
    assert there.sent == 0
    # A channel moves, and who had it is told.
    older = there.kept["rec"].tags["stable"]
    done = run(registries, f"{HERE}/rec:v1.0.0", f"{THERE}/rec:stable", expected=older)
    assert done.before == older
    with pytest.raises(TagMoved):
        run(registries, f"{HERE}/rec:v1.0.0", f"{THERE}/rec:stable", expected=older)


def test_a_tag_that_moves_while_it_is_copied_is_left(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    here.add_image("rec", "v1", LAYERS)
    first = there.add_image("rec", "stable", [b"older"])

    def move(method: str, repository: str, what: str) -> None:
        if method == "put_blob":
            there.before = lambda *_: None
            there.add_image("rec", "stable", [b"of a colleague"])

    there.before = move
    with pytest.raises(TagMoved):
        run(registries, f"{HERE}/rec:v1", f"{THERE}/rec:stable", expected=first.digest)
    assert there.kept["rec"].tags["stable"] != first.digest


def test_latest_is_not_written_unasked(registries: FakeRegistries, here: FakeRegistry) -> None:
    here.add_image("rec", "latest", LAYERS)
    with pytest.raises(InvalidReference, match="latest"):
        run(registries, f"{HERE}/rec:latest", f"{THERE}/rec")
    done = run(registries, f"{HERE}/rec:latest", f"{THERE}/rec:latest")
    assert done.target.tag == "latest"
    with pytest.raises(InvalidReference, match="no tag"):
        run(registries, f"{HERE}/rec", f"{THERE}/rec:v1")


def test_what_has_no_tag_anywhere_is_copied_too(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    image = here.add_image("rec", "", LAYERS)
    run(registries, f"{HERE}/rec@{image.digest}", f"{THERE}/rec")
    here.add_image("rec", "other", [b"x"])
    here.errors["tags"] = [RegistryDenied("you may not list")]
    run(registries, f"{HERE}/rec@{image.digest}", f"{THERE}/rec:v1")
    assert there.kept["rec"].tags == {"v1": image.digest}


def test_by_digest_it_gets_no_tag(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    image = here.add_image("rec", "v1", LAYERS)
    done = run(registries, f"{HERE}/rec@{image.digest}", f"{THERE}/rec")
    assert done.target.tag == ""
    assert there.kept["rec"].tags == {}
    assert image.digest in there.kept["rec"].manifests


@pytest.mark.parametrize("method", ["blob", "put_blob", "put_manifest", "has_blob", "digest"])
def test_one_that_is_stopped_leaves_no_tag_and_is_finished_later(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry, method: str
) -> None:
    index, _ = add_index(here, "rec", "v1", AMD, ARM)
    for calls in range(1, 12):
        token, lock, seen = CancelToken(), threading.Lock(), [0]

        def stop(
            asked: str,
            _repository: str,
            _what: str,
            token: CancelToken = token,
            lock: threading.Lock = lock,
            seen: list[int] = seen,
            calls: int = calls,
        ) -> None:
            with lock:
                seen[0] += asked == method
                if seen[0] == calls:
                    token.cancel()

        (here if method == "blob" else there).before = stop
        target = f"{THERE}/rec-{calls}:v1"
        try:
            run(registries, f"{HERE}/rec:v1", target, job=Job(token))
        except Cancelled:
            assert "v1" not in tags_of(there, f"rec-{calls}")
            here.before = there.before = lambda *_: None
            run(registries, f"{HERE}/rec:v1", target)
        assert there.kept[f"rec-{calls}"].tags["v1"] == index.digest


def test_an_upload_that_breaks_is_read_again_from_where_it_broke(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    here.add_image("rec", "v1", LAYERS)
    there.breaks = [100_000, 3, 70_000]
    done = run(registries, f"{HERE}/rec:v1", f"{THERE}/rec")
    assert there.kept["rec"].blobs == here.kept["rec"].blobs
    assert done.moved_bytes == sum(map(len, here.kept["rec"].blobs.values()))


def test_the_first_error_ends_the_others_and_is_told(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    here.add_image("rec", "v1", [bytes([n]) * 1000 for n in range(20)])
    here.errors["blob"] = [RegistryUnavailable("gone")]
    with pytest.raises(RegistryUnavailable):
        run(registries, f"{HERE}/rec:v1", f"{THERE}/rec")
    assert tags_of(there, "rec") == {}
    assert there.asked["put_blob"] < 20


def test_a_lie_is_not_copied(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    image = here.add_image("rec", "v1", LAYERS)
    here.damaged.add(next(iter(here.kept["rec"].blobs)))
    with pytest.raises(RegistryLied):
        run(registries, f"{HERE}/rec:v1", f"{THERE}/rec")
    assert image.digest not in there.kept["rec"].manifests


def test_four_blobs_travel_at_once(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    here.add_image("rec", "v1", [bytes([n]) * 1000 for n in range(9)])
    together = threading.Barrier(copying.BLOBS_AT_ONCE, timeout=10)
    reached = threading.Semaphore(2 * copying.BLOBS_AT_ONCE)

    def meet(method: str, _repository: str, _what: str) -> None:
        if method == "put_blob" and reached.acquire(blocking=False):
            together.wait()

    there.before = meet
    run(registries, f"{HERE}/rec:v1", f"{THERE}/rec")
    assert len(there.kept["rec"].blobs) == 10


def test_a_large_blob_is_never_whole_in_memory(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    """The goal is given pieces as they come, not a blob that was read first."""
    here.add_image("rec", "v1", [b"x" * 5_000_000])
    order: list[str] = []
    read: Callable[..., Iterator[bytes]] = here.blob

    def watched(*arguments: object, **named: object) -> Iterator[bytes]:
        for piece in read(*arguments, **named):
            order.append("read")
            yield piece

    here.blob = watched  # type: ignore[method-assign]
    job = Job(CancelToken(), lambda progress: order.append("told") if progress.parts else None)
    run(registries, f"{HERE}/rec:v1", f"{THERE}/rec", job=job)
    assert order.count("read") > 50
    assert there.sent > 5_000_000


def test_a_single_image_says_itself_what_it_is_for(
    registries: FakeRegistries, here: FakeRegistry, there: FakeRegistry
) -> None:
    made_for = {"os": "linux", "architecture": "arm64", "variant": "v8"}
    image = here.add_image("rec", "v1", LAYERS, made_for)
    done = run(registries, f"{HERE}/rec:v1", f"{THERE}/rec", "linux/arm64")
    assert done.target.digest == image.digest
    assert there.kept["rec"].tags == {"v1": image.digest}
    with pytest.raises(NotInRegistry, match="not for linux/amd64") as other:
        run(registries, f"{HERE}/rec:v1", f"{THERE}/rec:v2", "linux/amd64")
    assert other.value.hint == "It is for linux/arm64/v8."
    here.add_image("rec", "v3", LAYERS, {"about": "nothing"})
    with pytest.raises(NotInRegistry, match="not for linux/amd64") as silent:
        run(registries, f"{HERE}/rec:v3", f"{THERE}/rec:v3", "linux/amd64")
    assert silent.value.hint == "It does not say what it is for."
