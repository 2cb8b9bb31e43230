"""What a person is asked on the terminal, and what a program hands over on standard input."""

import getpass
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from modeldesk.core.errors import Cancelled, InvalidInput
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.words import tr

_LONGEST = 65536


def read_credentials(host: str, user: str, *, from_stdin: bool) -> Credentials:
    """Name and password: the name where it was not given, and the password, are asked for on the
    terminal; `from_stdin` takes the password from standard input instead. Raises `InvalidInput`
    where nobody can be asked, `Cancelled`."""
    if from_stdin:
        if not user:
            raise InvalidInput(
                tr("Whose password is it?"), tr("Give the name with --user NAME too.")
            )
        return Credentials(user, _from_stdin())
    if not sys.stdin.isatty():
        raise InvalidInput(
            tr("There is no terminal on which to ask for the password."),
            tr("Hand it over on standard input, with --user NAME --password-stdin."),
        )
    with _interruptible():
        name = user or _ask_name(host)
        return Credentials(name, getpass.getpass(tr("Password for {host}: ", host=host)))


def read_secret() -> str:
    """A secret from standard input. Raises `InvalidInput`."""
    return _from_stdin()


def _from_stdin() -> str:
    """All of it, but for the end of its last line."""
    given = sys.stdin.read(_LONGEST + 1)
    if len(given) > _LONGEST:
        raise InvalidInput(tr("That is too long for a password."))
    return given.removesuffix("\n").removesuffix("\r")


def _ask_name(host: str) -> str:
    # Standard output is for the answer.
    sys.stderr.write(tr("User name at {host}: ", host=host))
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()


@contextmanager
def _interruptible() -> Iterator[None]:
    """While a person is asked, Ctrl-C and the end of the input end the question."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except (KeyboardInterrupt, EOFError):
        raise Cancelled from None
    finally:
        signal.signal(signal.SIGINT, before)
