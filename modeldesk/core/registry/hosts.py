"""What the host of a registry tells of where that is."""

import ipaddress
from contextlib import suppress


def is_loopback(address: str) -> bool:
    """Whether that host (with a port or without) is this machine."""
    name = host_name(address)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(name).is_loopback
    return False


def host_name(address: str) -> str:
    """The host without its port and brackets."""
    host, colon, port = address.rpartition(":")
    return (host if colon and port.isdecimal() else address).strip("[]")
