"""Ports, mounts and variables as people write them for ``docker run`` (pure)."""

import re
from ipaddress import ip_address
from pathlib import Path, PurePosixPath

from modeldesk.core.containers.model import LOOPBACK, Mount, PortBinding
from modeldesk.core.errors import InvalidInput
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_PORT = re.compile(
    r"(?:(?:(?P<address>\[[0-9a-fA-F:]+\]|[0-9.]+):)?(?P<host>\d{0,5}):)?"
    r"(?P<container>\d{1,5})(?:/(?P<protocol>tcp|udp))?",
    re.ASCII,
)
_VOLUME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]+")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
HIGHEST_PORT = 65535
_SHOWN = 100


def parse_port(text: str) -> PortBinding:
    """Read ``[address:][host:]container[/protocol]``. No address means this machine alone; no
    host port lets the engine choose. Raises `InvalidInput`."""
    match = _PORT.fullmatch(text.strip())
    if match:
        container, host = int(match["container"]), int(match["host"] or 0)
        if 0 < container <= HIGHEST_PORT and host <= HIGHEST_PORT:
            address = (match["address"] or LOOPBACK).strip("[]")
            _check_address(address)
            return PortBinding(container, host, address, match["protocol"] or "tcp")
    raise InvalidInput(
        tr("“{text}” is not a port to publish.", text=text),
        tr("Write 5000:5000 (host:container), each between 1 and 65535."),
    )


def host_text(port: PortBinding) -> str:
    """The host's side of a port as `parse_port` reads it; empty where any free port will do."""
    number = str(port.host_port or "")
    if port.host_address == LOOPBACK:
        return number
    address = f"[{port.host_address}]" if ":" in port.host_address else port.host_address
    return f"{address}:{number}"


def container_text(port: PortBinding) -> str:
    """The container's side of a port as `parse_port` reads it."""
    return f"{port.container_port}{'' if port.protocol == 'tcp' else f'/{port.protocol}'}"


def check_variable(name: str) -> None:
    """Raise `InvalidInput` unless an environment variable can have this name."""
    if not name or "=" in name or " " in name or not name.isprintable():
        raise InvalidInput(
            tr("“{name}” can't be a variable's name.", name=printable(name)[:_SHOWN]),
            tr("A name is made of letters, digits and “_”, such as MODEL_PATH."),
        )


def _check_address(address: str) -> None:
    """An engine takes an address it can't read for “every address of this machine”."""
    try:
        ip_address(address)
    except ValueError as error:
        raise InvalidInput(
            tr("“{address}” is not an IP address.", address=address),
            tr("Leave it out to publish on 127.0.0.1, for this machine alone."),
        ) from error


def parse_mount(text: str, working_folder: Path) -> Mount:
    """Read ``source:target[:ro]``; a source with a slash is a host folder, relative to
    `working_folder`, any other the name of a volume. Raises `InvalidInput`."""
    drive = text[:2] if _DRIVE.match(text) else ""
    source, _, rest = text[len(drive) :].partition(":")
    target, _, mode = rest.partition(":")
    source = drive + source
    if source and PurePosixPath(target).is_absolute() and mode in ("", "ro", "rw"):
        if _VOLUME.fullmatch(source):
            return Mount(source, target, mode == "ro")
        if "/" in source or "\\" in source or source in (".", "..", "~"):
            return Mount(_host_folder(source, working_folder), target, mode == "ro")
    raise InvalidInput(
        tr("“{text}” is not a mount.", text=text),
        tr("Write /host/folder:/path/inside, with :ro behind it to forbid writing."),
    )


def _host_folder(source: str, working_folder: Path) -> str:
    try:
        folder = (working_folder / Path(source).expanduser()).resolve()
        there = folder.exists()
    # Nobody's home, links that lead to themselves, a name too long, a null character.
    except (OSError, RuntimeError, ValueError) as error:
        raise InvalidInput(
            tr("The path {path} leads to no folder to mount.", path=printable(source)[:_SHOWN]),
            tr("Name an existing folder of this machine."),
            str(error),
        ) from error
    if not there:
        raise InvalidInput(
            tr("There is no folder {folder} to mount.", folder=folder),
            tr("Make it first, or choose another."),
        )
    return str(folder)
