"""What a build says, without the secrets it used: builders repeat what steps print."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from modeldesk.core.build.model import BuildEvent, StepChanged, StepLog
from modeldesk.core.build.secret import Secret
from modeldesk.core.containers.secrets import HIDDEN, looks_secret, without_secrets
from modeldesk.core.errors import BuildFailed, ModelDeskError

_SHORTEST = 4
"""Of fewer characters nothing is hidden: that would hide half of the log, and no secret."""


class Mask:
    """Hides the values of secrets that were given out, each of their lines too, and those of
    build arguments that look secret."""

    def __init__(self, secrets: Iterable[Secret], arguments: Mapping[str, str]) -> None:
        self._secrets = tuple(secrets)
        self._arguments = [text for name, text in arguments.items() if looks_secret(name, text)]
        self._hidden: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None

    def text(self, text: str) -> str:
        """The text with `HIDDEN` for each value, and for what is written out in the instructions
        that builders repeat."""
        hidden = frozenset(self._values())
        if hidden != self._hidden:
            self._hidden = hidden
            # The longest first: a value may begin as another does.
            longest_first = sorted(hidden, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        return without_secrets(self._pattern.sub(HIDDEN, text) if self._pattern else text)

    def event(self, event: BuildEvent) -> BuildEvent:
        """The event with its texts masked."""
        match event:
            case StepLog():
                return replace(event, text=self.text(event.text))
            case StepChanged(step):
                name, error = self.text(step.name), self.text(step.error)
                return StepChanged(replace(step, name=name, error=error))
            case _:
                assert_never(event)

    def error(self, error: BaseException | None) -> None:
        """Mask an error in place, with those it came from."""
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            error.args = tuple(
                self.text(one) if isinstance(one, str) else one for one in error.args
            )
            if isinstance(error, ModelDeskError):
                error.message, error.hint = self.text(error.message), self.text(error.hint)
                error.detail = self.text(error.detail)
            if isinstance(error, BuildFailed):
                error.step = self.text(error.step)
            error = error.__cause__ or error.__context__

    def _values(self) -> Iterator[str]:
        for secret in self._secrets:
            value = secret.known
            if value is not None:
                yield from _pieces(value.decode("utf-8", "replace"))
        for argument in self._arguments:
            yield from _pieces(argument)


def _pieces(value: str) -> Iterator[str]:
    """The value as a whole, and line by line, as output comes."""
    for piece in (value, *value.splitlines()):
        if len(piece.strip()) >= _SHORTEST:
            yield piece.strip()
