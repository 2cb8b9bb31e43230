"""``modeldesk`` and ``python -m modeldesk``: a command, or the window."""

import os
import sys
from pathlib import Path

from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.parser import COMMANDS

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def main() -> int:
    """Run a command when one is named (or help is asked for); open the window otherwise."""
    argv = sys.argv[1:]
    try:
        if argv and _is_command(argv[0]):
            from modeldesk.cli.main import main as run_command

            return run_command(argv)
        if sys.platform == "linux" and not any(os.environ.get(name) for name in _DISPLAYS):
            # Qt would end the process without a word that helps.
            sys.stderr.write(
                "modeldesk: There is no display to open the window on.\n"
                "  The same is there without one: modeldesk --help\n"
            )
            return ExitCode.FAILED
        from modeldesk.app import main as open_window

        return open_window(argv)
    except KeyboardInterrupt:
        return ExitCode.CANCELLED


def _is_command(word: str) -> bool:
    """Also what is neither a command nor a folder: the answer to a slip of the pen is a list of
    the commands, not a window."""
    bare = os.sep not in word and word not in (".", "..")
    return word in COMMANDS or word.startswith("-") or (bare and not Path(word).exists())


if __name__ == "__main__":
    sys.exit(main())
