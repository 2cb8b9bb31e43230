"""Places for passwords that tests bring along: a credential helper of docker's, and a keyring."""

import sys
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

_HELPER = '''#!{python}
"""Keeps what it is given in a folder, and says what it was asked and with which arguments."""
import json, os, sys, time
from pathlib import Path

place = Path({place!r})
given = sys.stdin.read()
with (place / "asked").open("a") as file:
    file.write(" ".join(sys.argv[1:]) + "\\n")
if (place / "hang").exists():
    if os.fork() == 0:
        time.sleep(60)
    time.sleep(60)
if (place / "fail").exists():
    print("out of order")
    sys.exit(1)
kept = json.loads((place / "kept").read_text()) if (place / "kept").exists() else {{}}
if sys.argv[1] == "store":
    entry = json.loads(given)
    kept[entry["ServerURL"]] = entry
    (place / "kept").write_text(json.dumps(kept))
elif sys.argv[1] == "list":
    print(json.dumps({{url: entry["Username"] for url, entry in kept.items()}}))
elif given.strip() not in kept:
    print("credentials not found in native keychain")
    sys.exit(1)
elif sys.argv[1] == "get":
    print(json.dumps(kept[given.strip()]))
elif sys.argv[1] == "erase":
    del kept[given.strip()]
    (place / "kept").write_text(json.dumps(kept))
'''


def write_helper(name: str, programs: Path, place: Path) -> None:
    """A program ``docker-credential-NAME`` in `programs` that keeps in `place`. Files named
    ``hang`` and ``fail`` in there have it do so."""
    programs.mkdir(parents=True, exist_ok=True)
    place.mkdir(parents=True, exist_ok=True)
    program = programs / f"docker-credential-{name}"
    program.write_text(_HELPER.format(python=sys.executable, place=str(place)))
    program.chmod(0o755)


class MemoryKeyring(KeyringBackend):
    """Keeps in memory."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("There is none.")


class BrokenKeyring(KeyringBackend):
    """Fails as the library behind a backend does, with the secret in its words."""

    priority = 1

    def __init__(self) -> None:
        """Nothing to begin with."""

    def get_password(self, service: str, username: str) -> str | None:
        raise OSError(f"no bus for {service}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(f"no bus for {password}")

    def delete_password(self, service: str, username: str) -> None:
        raise OSError("no bus")
