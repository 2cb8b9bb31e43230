"""What happens on the engine, as `Changes`.

Engines name images in events unevenly: by id or by tag. And when a tag moves, only the image
that gets it is named. So the names that were last read are remembered, to tell whom they leave.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from docker.errors import NotFound as LibraryNotFound

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.errors import unavailable
from modeldesk.adapters.docker_engine.fields import Object, mapping, text, texts
from modeldesk.adapters.docker_engine.images import asked, references
from modeldesk.adapters.docker_engine.streams import EngineRequest, Params, open_stream
from modeldesk.core.changes import Changes
from modeldesk.core.errors import Cancelled, EngineError
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference

HEARTBEAT_SECONDS = 5.0
_PING_CONNECT_SECONDS, _PING_ANSWER_SECONDS = 1, 4
_WITHOUT_EFFECT = frozenset(
    {
        *("archive-path", "attach", "commit", "copy", "detach", "exec_create", "exec_detach"),
        *("exec_die", "exec_start", "export", "extract-to-dir", "resize", "top"),
    }
)
"""What happens to containers and changes nothing that is shown; health checks make most."""
_IMAGE_WITHOUT_EFFECT = frozenset({"save", "mount", "unmount"})
EVERY_IMAGE = Changes(every_image=True)


class KnownNames:
    """Which image had which name when images were last read. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders: dict[Reference, ImageId] = {}

    def read_all(self, images: Iterable[ImageSummary]) -> None:
        """The whole list was read."""
        holders = {tag: image.id for image in images for tag in image.tags}
        with self._lock:
            self._holders = holders

    def given(self, image: ImageId, names: Iterable[Reference]) -> frozenset[ImageId]:
        """`image` has `names` now. Gives it, and the images that lost one of them to it."""
        with self._lock:
            before = {self._holders[name] for name in names if name in self._holders}
            self._holders.update(dict.fromkeys(names, image))
        return frozenset({image, *before})

    def holder(self, name: Reference) -> ImageId | None:
        with self._lock:
            return self._holders.get(name)


def ping(connection: Connection, token: CancelToken) -> None:
    """Return when the engine answers. Raises `EngineUnavailable` within five seconds."""
    seconds = (_PING_CONNECT_SECONDS, _PING_ANSWER_SECONDS)
    with open_stream(connection, token, EngineRequest("/_ping", wait_seconds=seconds)) as answer:
        for _ in answer.chunks():
            pass


def events(
    connection: Connection,
    names: KnownNames,
    token: CancelToken,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> Iterator[Changes]:
    """One item per event that matters, after an empty one when the stream stands.

    The engine begins to listen a moment after it answers, so a second that has passed is asked
    for too. A link that died without a word shows in the heartbeat.
    """
    params: Params = {
        "filters": '{"type":["container","image"]}',
        "since": int(time.time()) - 1,
    }
    with (
        open_stream(connection, token, EngineRequest("/events", params=params)) as stream,
        _heartbeat(connection, heartbeat_seconds, stream.cut),
    ):
        yield Changes()
        for event in stream.objects():
            changes = read_event(event, names, lambda name: _look(connection, name))
            if changes:
                yield changes
    raise unavailable()


def read_event(
    event: Object,
    names: KnownNames,
    look: Callable[[str], tuple[ImageId, tuple[Reference, ...]] | None],
) -> Changes:
    """What one event changes. `look` gives the id and the tags of the image with a name."""
    action = text(event.get("Action")).partition(":")[0]
    actor = mapping(event.get("Actor"))
    subject = text(actor.get("ID"))
    if event.get("Type") == "container":
        if action in _WITHOUT_EFFECT or not subject:
            return Changes()
        return Changes(containers=frozenset({ContainerId(subject)}))
    if event.get("Type") != "image" or action in _IMAGE_WITHOUT_EFFECT:
        return Changes()
    name = text(mapping(actor.get("Attributes")).get("name"))
    is_id = subject.startswith("sha256:")
    if action in ("delete", "untag", "remove"):
        return _gone(ImageId(subject)) if is_id else _name_gone(subject, names)
    if action == "tag" and is_id and (given := references([name])):
        return Changes(images=names.given(ImageId(subject), given))
    found = look(subject)
    if found is None:
        return EVERY_IMAGE
    return Changes(images=names.given(*found))


def _gone(image: ImageId) -> Changes:
    return Changes(images=frozenset({image}))


def _name_gone(name: str, names: KnownNames) -> Changes:
    for reference in references([name]):
        holder = names.holder(reference)
        if holder is not None:
            return _gone(holder)
    return EVERY_IMAGE


def _look(connection: Connection, name: str) -> tuple[ImageId, tuple[Reference, ...]] | None:
    if not name:
        return None
    with connection.client() as client:
        try:
            found = mapping(asked(client.inspect_image, name))
        except LibraryNotFound:
            return None
    return ImageId(text(found.get("Id"))), references(texts(found.get("RepoTags")))


@contextmanager
def _heartbeat(connection: Connection, seconds: float, dead: Callable[[], None]) -> Iterator[None]:
    """While inside, ask the engine for a sign of life now and then, in a thread of its own;
    call `dead` when none comes."""
    ended = CancelToken()

    def beat() -> None:
        while not ended.wait(seconds):
            # Twice, because an engine under load may be late once.
            if not (_answers(connection, ended) or _answers(connection, ended)):
                dead()
                return

    thread = threading.Thread(target=beat, name="engine-heartbeat")
    thread.start()
    try:
        yield
    finally:
        ended.cancel()
        thread.join()


def _answers(connection: Connection, ended: CancelToken) -> bool:
    """Whether a sign of life came, or is no longer waited for."""
    try:
        ping(connection, ended)
    except Cancelled:
        return True
    except EngineError:
        return False
    return True
