"""What is sent to the engine, told apart from what the engine says of it."""

from collections.abc import Iterable, Iterator


class SentBody:
    """An iterable that remembers whether it was asked for, and its own error: the library wraps
    those it takes for its own."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.begun = False
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[bytes]:
        self.begun = True
        try:
            yield from self._chunks
        except GeneratorExit:
            raise
        except BaseException as error:
            self.error = error
            raise
