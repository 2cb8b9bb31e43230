"""``modeldesk`` and ``python -m modeldesk``: a command, or the window."""

import sys

from modeldesk.cli.parser import COMMANDS


def main() -> int:
    """Run a command when one is named (or help is asked for); open the window otherwise."""
    argv = sys.argv[1:]
    if argv and (argv[0] in COMMANDS or argv[0].startswith("-")):
        from modeldesk.cli.main import main as run_command

        return run_command(argv)
    from modeldesk.app import main as open_window

    return open_window(argv)


if __name__ == "__main__":
    sys.exit(main())
