"""A registry, and how the names in it begin: where models are registered."""

from dataclasses import dataclass

from modeldesk.core.errors import InvalidInput, InvalidReference
from modeldesk.core.references import Reference, check_registry, check_repository
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class RegistryPlace:
    """``registry.lan:5000`` or ``registry.lan:5000/team``."""

    registry: str
    prefix: str = ""
    """Of repositories, with a slash at its end; may be empty."""

    def repository(self, name: str) -> Reference:
        """The repository of a model. Raises `InvalidReference` for what can be no name; a tag is
        none either."""
        path = f"{self.prefix}{name}"
        check_repository(path)
        return Reference(self.registry, path)


def registry_place(text: str) -> RegistryPlace:
    """Read as it is written in the settings. Raises `InvalidReference`, and `InvalidInput` for an
    empty text."""
    given = text.strip().rstrip("/")
    if not given:
        raise InvalidInput(
            tr("No registry is named."),
            tr("Name one, such as registry.lan:5000, or set the default registry in Settings."),
        )
    host, slash, prefix = given.partition("/")
    try:
        registry = check_registry(host)
    except InvalidReference:
        # A name without a host is Docker Hub's, as docker reads it.
        registry, slash, prefix = check_registry("docker.io"), "/", given
    if slash:
        check_repository(prefix)
    return RegistryPlace(registry, f"{prefix}/" if slash else "")
