"""What is done to a gateway's configuration, as commands for the shell in its container (pure).

A program that is killed may have begun such a command, which the engine runs to its end, or even
begins, when the next program has long looked. So each has a number, and does nothing once one with
a greater number was there: whoever looks, or puts something in its place, is overtaken by nobody
who came before.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from modeldesk.adapters.gateway.configuration import FOLDER

OVERTAKEN = 75
"""The exit code of a command that came too late; it prints the number that was there."""
_TURN = "turn"
"""The file with the greatest number, which is its own lock."""
_LAST, _BACK = "last.conf", "back.conf"
_TAKE = (
    f"cd {FOLDER} && exec 9>>{_TURN} && "
    # Where there is no flock, a moment is left between the look and what follows.
    "{ flock 9 2>/dev/null || :; } && "
    f"had=$(cat {_TURN}) && "
    'if [ "$0" -le "${had:-0}" ]; then echo "$had"; exit '
    f'{OVERTAKEN}; fi && echo "$0" >{_TURN}'
)
_HOLDS = 'grep -q -F "$1" "$2"'
_PUT = f'nginx -t -q -c {FOLDER}/"$1" && cp "$2" {_LAST} && mv "$1" "$2"'
_PUT_BACK = f'cp {_LAST} {_BACK} && mv {_BACK} "$1"'
_CLEAR = (
    "for one in next-*.conf; do number=${one#next-}; number=${number%.conf}; "
    'if [ "$number" -lt "$0" ] 2>/dev/null; then rm -f "$one"; fi; done'
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A command's place among the others."""

    number: int

    @property
    def next_name(self) -> str:
        """The file that is to be put in place, which no other turn has."""
        return f"next-{self.number}.conf"

    @property
    def file(self) -> Mapping[str, bytes]:
        """Has a gateway that does not run count from here: no command can run in it."""
        return {_TURN: f"{self.number}\n".encode()}

    def holds(self, text: str, name: str) -> tuple[str, ...]:
        """Look whether a file has the text in it; the code is 0 where it has."""
        return self._command(_HOLDS, text, name)

    def put(self, name: str) -> tuple[str, ...]:
        """Have nginx test the file of this turn, and put it in the place of `name` if it is
        sound: whole or not at all, whenever the power goes."""
        return self._command(f"{_PUT} && {_CLEAR}", self.next_name, name)

    def put_back(self, name: str) -> tuple[str, ...]:
        """Put in its place again what was there before the last `put`."""
        return self._command(_PUT_BACK, name)

    def _command(self, line: str, *names: str) -> tuple[str, ...]:
        return ("sh", "-c", f"{_TAKE} && {line}", str(self.number), *names)


def after(said: str) -> Turn:
    """The turn that follows the one that a command was overtaken by, as it said."""
    words = said.split()
    return Turn(int(words[-1]) + 1 if words and words[-1].isdecimal() else 1)
