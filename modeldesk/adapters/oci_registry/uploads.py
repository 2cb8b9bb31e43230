"""Blobs into a registry: one stream each, taken up where the registry says it is when the
connection breaks or the sign-in ends, and removed when it is given up."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from modeldesk.adapters.oci_registry.asking import (
    TRIES,
    WORTH_TRYING_AGAIN,
    Asking,
    Question,
    Reply,
    pause,
)
from modeldesk.adapters.oci_registry.errors import not_a_registry
from modeldesk.adapters.oci_registry.gently import gently
from modeldesk.adapters.oci_registry.names import check_digest, path_of, push, true_name
from modeldesk.adapters.oci_registry.reading import has_blob, is_content
from modeldesk.adapters.oci_registry.upload_places import give_up, place_of, told
from modeldesk.adapters.oci_registry.write_errors import not_taken, other_content, other_size
from modeldesk.core.errors import (
    ModelDeskError,
    RegistryBusy,
    RegistryError,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Blob

SMALL = 256 * 1024
"""Bytes that are sent with the last request instead of one of their own."""
SMALLER_PIECES = (64 * 1024 * 1024, 4 * 1024 * 1024)
"""What is sent at once to who finds more too large, as proxies do."""

_PATIENCE_S = 300.0
"""Without a byte: a registry may move what it was sent to its place before it answers."""
_TRIES_OF_LARGE = 2 * TRIES
"""Without coming on. Most of a minute, in which a registry may be started again."""
_ASK_WHERE = (401, 404, 408, 416, *WORTH_TRYING_AGAIN)


class _Lost(Exception):
    """The upload is not where it was thought to be."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class _OtherContent(Exception):
    """What the registry has is not what the digest says."""


class Upload:
    """One blob on its way to a registry."""

    def __init__(
        self,
        asking: Asking,
        repository: str,
        blob: Blob,
        on_sent: Callable[[int], None],
        token: CancelToken,
    ) -> None:
        check_digest(asking.registry, blob.digest)
        self._asking = asking
        self._repository = repository
        self._path = f"{path_of(asking.registry, repository)}/blobs/uploads/"
        self._scope = push(true_name(asking.registry, repository))
        self._blob = blob
        self._on_sent = on_sent
        self._token = token
        self._place = ""
        """The address of the upload; empty while there is none."""
        self._offset = 0
        """What the registry has, by its own word."""
        self._furthest = 0
        self._failures = 0
        self._has_begun = False
        self._begun_anew = False
        self._was_denied = False
        self._tries = TRIES if blob.size <= SMALL else _TRIES_OF_LARGE
        self._at_once = max(blob.size, 1)
        self._source_error: Exception | None = None

    def run(self) -> None:
        """Send it. Raises as `Registry.put_blob`; nothing is left of it then."""
        try:
            while not self._step():
                pass
        except BaseException:
            if self._place:
                give_up(self._asking, self._place, self._scope)
            raise
        self._on_sent(self._blob.size)

    def _step(self) -> bool:
        """The next request; whether it was the last."""
        try:
            if not self._place:
                self._begin()
            elif self._blob.size > SMALL and self._offset < self._blob.size:
                self._send()
            else:
                return self._finish()
        except (RegistryUnavailable, RegistryBusy) as error:
            self._check_source()
            if not self._has_begun:
                raise
            return self._recover(error, {})
        except _Lost as lost:
            return self._recover(self._refused(lost.reply), lost.reply.headers)
        except _OtherContent:
            if self._begun_anew:
                raise other_content(self._asking.registry, self._blob.digest) from None
            # Two connections may have written at once, the one that broke and the next.
            self._begun_anew = True
            self._start_over()
        return False

    def _begin(self) -> None:
        reply = self._ask(Question("POST", self._path, self._scope))
        if reply.status != 202:
            raise self._refused(reply)
        self._move_to(reply)
        self._has_begun = True

    def _send(self) -> None:
        first, length = self._offset, min(self._at_once, self._blob.size - self._offset)
        headers = {"Content-Type": "application/octet-stream"}
        if length < self._blob.size:
            headers["Content-Length"] = str(length)
            headers["Content-Range"] = f"{first}-{first + length - 1}"
        # Without a length, what is sent may end early: Docker's own registry neither goes on with
        # an upload nor removes it after the connection broke while it took something.
        body = lambda: self._pieces(first, length)  # noqa: E731 - made anew when sent again
        asked = Question("PATCH", self._place, self._scope, headers, body, _PATIENCE_S, again=False)
        with gently(self._token) as own:
            reply = self._asking.reply(asked, own)
        was_taken = reply.status in (201, 202, 204) and not reply.is_page
        if was_taken:
            self._move_to(reply)
        self._check_source()
        if reply.status == 413 and self._take_smaller_pieces():
            self._ask_where()
            return
        self._check_place(reply)
        if not was_taken:
            raise self._refused(reply)
        there = told(reply)
        self._advance(first + length if there is None else there)
        if self._offset != first + length:
            raise _Lost(reply)

    def _finish(self) -> bool:
        """Have the upload become the blob; what is small comes along."""
        first, length = self._offset, self._blob.size - self._offset
        left = b"".join(self._pieces(first, length)) if length else b""
        self._check_source()
        if length == self._blob.size and not is_content(
            self._asking.registry, left, self._blob.digest
        ):
            # Docker's own registry would refuse it, and keep what it refused.
            raise other_content(self._asking.registry, self._blob.digest)
        headers = {"Content-Type": "application/octet-stream"}
        # Behind what is there, as it is: some registries sign it.
        joint = "&" if "?" in self._place else "?"
        address = f"{self._place}{joint}digest={self._blob.digest}"
        asked = Question("PUT", address, self._scope, headers, left, _PATIENCE_S, again=False)
        reply = self._ask(asked)
        if reply.status == 400 and "DIGEST_INVALID" in reply.body:
            raise _OtherContent
        self._check_place(reply)
        if reply.status != 201:
            raise self._refused(reply)
        if reply.headers.get("docker-content-digest", self._blob.digest) != self._blob.digest:
            raise _OtherContent
        return True

    def _check_place(self, reply: Reply) -> None:
        """Raises for an answer after which nobody knows what the registry has. A sign-in that had
        ended was renewed before it came here; refused again, that is what it is."""
        was_denied, self._was_denied = self._was_denied, reply.status == 401
        if reply.status in _ASK_WHERE and not (was_denied and self._was_denied):
            raise _Lost(reply)

    def _check_source(self) -> None:
        """Raises what ended the sending early."""
        self._token.raise_if_cancelled()
        if self._source_error is not None:
            raise self._source_error

    def _recover(self, error: ModelDeskError, headers: Mapping[str, str]) -> bool:
        """Find out what the registry has; whether that is all. Raises `error` once there is no
        hope."""
        self._token.raise_if_cancelled()
        self._failures += 1
        if self._failures >= self._tries or self._token.wait(pause(headers, self._failures)):
            self._token.raise_if_cancelled()
            raise error
        try:
            # The last answer may have been lost, not what it was about.
            is_all_there = self._offset == self._blob.size or self._blob.size <= SMALL
            if is_all_there and self._is_kept():
                return True
            if self._place:
                self._ask_where()
        except (RegistryUnavailable, RegistryBusy) as again:
            return self._recover(again, {})
        return False

    def _is_kept(self) -> bool:
        return has_blob(self._asking, self._repository, self._blob.digest, self._token)

    def _ask_where(self) -> None:
        reply = self._ask(Question("GET", self._place, self._scope))
        if reply.status in WORTH_TRYING_AGAIN:
            raise self._refused(reply)
        there = told(reply)
        if reply.status != 204 or not there or there > self._blob.size:
            # Gone, or nobody knows: "0-0" stands for one byte as well as for none.
            self._start_over()
            return
        self._move_to(reply)
        self._advance(there)

    def _start_over(self) -> None:
        place, self._place = self._place, ""
        self._offset = 0
        self._on_sent(0)
        give_up(self._asking, place, self._scope)

    def _advance(self, there: int) -> None:
        self._offset = there
        self._on_sent(there)
        if there > self._furthest:
            self._furthest = there
            self._failures = 0

    def _take_smaller_pieces(self) -> bool:
        smaller = [one for one in SMALLER_PIECES if one < min(self._at_once, self._blob.size)]
        if not smaller:
            return False
        self._at_once = smaller[0]
        return True

    def _pieces(self, first: int, length: int) -> Iterator[bytes]:
        """What is sent, exactly so much of it; less when it is cancelled or can't be read, which
        is for `_check_source` to tell once the registry has answered."""
        left = length
        try:
            with _closing(self._blob.read(first)) as source:
                is_rest = first + length == self._blob.size
                for piece in source:
                    part = piece if len(piece) <= left else piece[:left]
                    left -= len(part)
                    if part:
                        yield part
                    self._on_sent(first + length - left)
                    # A source that was read to its end may find only there that it is damaged.
                    is_over = not left and not (part and is_rest)
                    if is_over or self._token.cancelled:
                        return
            if left:
                raise other_size(self._blob.digest, self._blob.size)
        except Exception as error:  # noqa: BLE001 - raised again by `_check_source`
            self._source_error = error

    def _move_to(self, reply: Reply) -> None:
        self._place = place_of(self._asking, reply) or self._place
        if not self._place:
            raise not_a_registry(self._asking.registry, "an upload without its place")

    def _ask(self, question: Question) -> Reply:
        return self._asking.reply(question, self._token)

    def _refused(self, reply: Reply) -> RegistryError:
        return not_taken(self._asking.registry, self._blob.digest, reply)


@contextmanager
def _closing(pieces: Iterator[bytes]) -> Iterator[Iterator[bytes]]:
    """Let go of a source that may be a file or a connection."""
    try:
        yield pieces
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
