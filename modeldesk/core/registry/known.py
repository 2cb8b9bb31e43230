"""The registries a person has named, and how each is reached. No secret is in here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from modeldesk.core.errors import InvalidInput, InvalidReference
from modeldesk.core.references import Reference, check_registry
from modeldesk.core.words import tr

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class KnownRegistry:
    """One registry. One that nobody named is reached as its defaults say."""

    host: str
    """With the port where it has one, as references name it."""
    name: str = ""
    """What the person calls it; empty for its host."""
    plain_http: bool = False
    """May be spoken to unencrypted; what never leaves the machine may be always."""
    ca_file: str = ""
    """Certificates (PEM) that are trusted for this registry beside the system's; empty for
    none."""
    repositories: tuple[str, ...] = ()
    """Those to look into where the registry lists none."""
    user: str = ""
    """Who signed in through this program; empty for nobody."""
    keeper: str = ""
    """What was given the password then, as `modeldesk.core.registry.credentials` writes it."""

    @property
    def title(self) -> str:
        return self.name or self.host


def read_host(text: str) -> str:
    """The host that a person typed or pasted, perhaps as an address. Raises `InvalidReference`."""
    given = text.strip()
    if "://" in given:
        try:
            parts = urlsplit(given)
        except ValueError:
            return check_registry(given)
        if parts.scheme in ("http", "https") and "@" not in parts.netloc:
            given = parts.netloc
    return check_registry(given.rstrip("/").lower())


def read_repository(host: str, text: str) -> str:
    """A repository of `host`, with or without it before. Raises `InvalidReference`."""
    given = text.strip().removeprefix(f"{host}/")
    found = Reference.parse(f"{host}/{given}")
    if found.tag or found.digest or found.registry != host:
        raise InvalidReference(
            tr("“{text}” is not a repository.", text=text.strip()),
            tr("Write it without a tag, such as team/model."),
        )
    return found.repository


def named(
    host: str,
    name: str = "",
    plain_http: bool = False,
    ca_file: str = "",
    repositories: Iterable[str] = (),
) -> KnownRegistry:
    """A registry as a person describes it. Raises `InvalidReference` and `InvalidInput` with a
    sentence on what is wrong; the certificates are not read yet."""
    read = read_host(host)
    title = name.strip()
    if len(title) > _LONGEST_NAME or not title.isprintable():
        raise InvalidInput(
            tr("“{name}” can't be a name here.", name=title[:_LONGEST_NAME]),
            tr("Use at most {count} printable characters.", count=_LONGEST_NAME),
        )
    file = ca_file.strip()
    if file and not Path(file).expanduser().is_absolute():
        raise InvalidInput(
            tr("“{path}” is not a whole path.", path=file),
            tr("Give the path of the certificate file from the root of the disk on."),
        )
    found = dict.fromkeys(read_repository(read, one) for one in repositories if one.strip())
    path = str(Path(file).expanduser()) if file else ""
    return KnownRegistry(read, title, plain_http, path, tuple(found))


def known_as(registries: Iterable[KnownRegistry], host: str) -> KnownRegistry:
    """What is known of `host`; its defaults where nobody named it."""
    # A person may write a host in capitals anywhere; it is the same one.
    return next((one for one in registries if one.host == host.lower()), KnownRegistry(host))


def with_registry(
    registries: Iterable[KnownRegistry], one: KnownRegistry
) -> tuple[KnownRegistry, ...]:
    """The list with `one` in the place of what was known of its host, or at its end."""
    kept = tuple(registries)
    if any(other.host == one.host for other in kept):
        return tuple(one if other.host == one.host else other for other in kept)
    return (*kept, one)


def without_registry(registries: Iterable[KnownRegistry], host: str) -> tuple[KnownRegistry, ...]:
    """The list without that host."""
    return tuple(one for one in registries if one.host != host)


def read_known(given: object) -> tuple[KnownRegistry, ...]:
    """Registries as they were saved; what can't be one is passed over."""
    found: dict[str, KnownRegistry] = {}
    for one in given if isinstance(given, list) else []:
        read = _read_one(one)
        if read is not None:
            found.setdefault(read.host, read)
    return tuple(found.values())


def _read_one(given: object) -> KnownRegistry | None:
    if not isinstance(given, dict):
        return None
    listed = given.get("repositories")
    repositories = listed if isinstance(listed, list) else []
    try:
        read = named(
            _text(given, "host"),
            _text(given, "name"),
            given.get("plain_http") is True,
            _text(given, "ca_file"),
            [one for one in repositories if _is_repository(given, one)],
        )
    except InvalidInput:
        return None
    return replace(read, user=_text(given, "user"), keeper=_text(given, "keeper"))


def _is_repository(registry: dict[object, object], given: object) -> bool:
    """One that can be none is passed over alone: how its registry is reached is still good."""
    try:
        return isinstance(given, str) and bool(
            read_repository(read_host(_text(registry, "host")), given)
        )
    except InvalidInput:
        return False


def _text(given: dict[object, object], key: str) -> str:
    value = given.get(key)
    return value if isinstance(value, str) else ""
