"""What is wrong with something typed into a field of the settings; empty when nothing is."""

from urllib.parse import urlsplit

from modeldesk.core.errors import InvalidReference
from modeldesk.core.references import Reference
from modeldesk.core.words import tr

_LONGEST_AUTHOR = 80


def address_problem(text: str) -> str:
    """An engine's address: a socket or pipe on this machine, or a TCP address."""
    if text.startswith("/"):
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return tr("“{text}” is not an address.", text=text)
    if parts.scheme in ("unix", "npipe"):
        return "" if parts.path.startswith("/") else tr("Give the whole path of the socket.")
    if parts.scheme in ("tcp", "http", "https"):
        if parts.hostname and port:
            return ""
        return tr("Give host and port, such as tcp://build-server:2376.")
    if parts.scheme == "ssh":
        return tr("Engines are not reached over SSH. Forward the socket and choose its path.")
    return tr("An address begins with unix://, tcp:// or npipe://, or is the path of a socket.")


def registry_problem(text: str) -> str:
    """A prefix for repositories, such as ``registry.lan:5000/team``; may be empty."""
    if not text:
        return ""
    try:
        found = Reference.parse(f"{text.rstrip('/')}/model")
    except InvalidReference as error:
        return str(error)
    if found.tag or found.digest:
        return tr("Give a registry and path without a tag.")
    return ""


def base_image_problem(text: str) -> str:
    """An image that proposed Dockerfiles start from."""
    if not text:
        return tr("A Dockerfile needs an image to start from.")
    try:
        Reference.parse(text)
    except InvalidReference as error:
        return str(error)
    return ""


def registry_image_problem(text: str) -> str:
    """An image that a registry of one's own is made of; may be empty."""
    return base_image_problem(text) if text else ""


def gateway_image_problem(text: str) -> str:
    """An image that gateways are made of; may be empty."""
    return base_image_problem(text) if text else ""


def author_problem(text: str) -> str:
    """A name for release histories; may be empty."""
    if len(text) > _LONGEST_AUTHOR:
        return tr("Use at most {count} characters.", count=_LONGEST_AUTHOR)
    if not text.isprintable():
        return tr("Use printable characters only.")
    return ""
