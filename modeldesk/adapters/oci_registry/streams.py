"""Large blobs out of a registry, in pieces; a broken connection is taken up where it broke."""

import re
from collections.abc import Generator
from contextlib import closing

import httpx

from modeldesk.adapters.oci_registry.asking import TRIES, Asking, Question, pause
from modeldesk.adapters.oci_registry.errors import lied, not_a_registry, translated
from modeldesk.adapters.oci_registry.names import check_digest, path_of, pull, true_name
from modeldesk.adapters.oci_registry.reading import hasher, opened
from modeldesk.core.errors import RegistryUnavailable
from modeldesk.core.jobs import CancelToken

SILENCE_SECONDS = 60.0
"""Without a byte: a registry that keeps copies of another fetches them first."""

_RANGE = re.compile(r"bytes (\d{1,18})-\d*/?.*")
_PART = 206
_NOTHING_THERE = 416


class BlobStream:
    """One blob on its way here."""

    def __init__(
        self, asking: Asking, repository: str, digest: str, token: CancelToken, first: int
    ) -> None:
        check_digest(asking.registry, digest)
        self._asking = asking
        self._digest = digest
        self._token = token
        self._first = first
        self._place = first
        self._was_there = False
        self._path = f"{path_of(asking.registry, repository)}/blobs/{digest}"
        self._scope = pull(true_name(asking.registry, repository))
        self._algorithm, self._hasher = hasher(asking.registry, digest)

    def pieces(self) -> Generator[bytes, None, None]:
        """All that is left of it. Read from its beginning, `RegistryLied` is raised at the end
        when it is not what the digest says."""
        failures = 0
        while True:
            before = self._place
            try:
                with closing(self._rest()) as rest:
                    yield from rest
                break
            except RegistryUnavailable:
                failures = 1 if self._place > before else failures + 1
                # Where it never answered, asking has tried again by itself.
                is_last = failures >= TRIES or not self._was_there
                if is_last or self._token.wait(pause({}, failures)):
                    self._token.raise_if_cancelled()
                    raise
        if not self._first and f"{self._algorithm}:{self._hasher.hexdigest()}" != self._digest:
            raise lied(self._asking.registry, self._digest)

    def _rest(self) -> Generator[bytes, None, None]:
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if self._place:
            headers["Range"] = f"bytes={self._place}-"
        question = Question("GET", self._path, self._scope, headers, patience=SILENCE_SECONDS)
        also = (_PART, _NOTHING_THERE) if self._place else ()
        with opened(self._asking, question, self._digest, self._token, *also) as answer:
            if answer.status_code == _NOTHING_THERE:
                return
            passed = self._skipped(answer)
            self._was_there = True
            # As they come: what waits to be put together would be lost with the connection.
            pieces = answer.iter_raw()
            while True:
                self._token.raise_if_cancelled()
                with translated(self._asking.registry):
                    piece = next(pieces, None)
                if piece is None:
                    return
                known = min(passed, len(piece))
                passed -= known
                if known:
                    piece = piece[known:]
                if piece:
                    self._place += len(piece)
                    # Read from later on, it is for the caller to check.
                    if not self._first:
                        self._hasher.update(piece)
                    yield piece

    def _skipped(self, answer: httpx.Response) -> int:
        """How many bytes of an answer are known already: a registry need not heed ranges."""
        if answer.status_code != _PART:
            return self._place
        said = answer.headers.get("content-range", "")
        found = _RANGE.fullmatch(said)
        if found is None or int(found[1]) > self._place:
            raise not_a_registry(self._asking.registry, f"range {said}")
        return self._place - int(found[1])
