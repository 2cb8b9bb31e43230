"""Which repositories of a registry are the hub's, and what its models are called."""

from dataclasses import dataclass

from modeldesk.core.ids import ModelName
from modeldesk.core.references import Reference, check_repository


@dataclass(frozen=True, slots=True)
class Shelf:
    """A registry, or what lies under one path of it."""

    registry: str
    """Its host."""
    prefix: str = ""
    """A path without a slash at its end; empty for all of the registry."""
    repositories: tuple[str, ...] = ()
    """Those there are, where the registry lists none."""

    def repository(self, model: str) -> str:
        """Where a model lies. Raises `InvalidReference` for what can be no model."""
        repository = f"{self.prefix}/{model}" if self.prefix else model
        check_repository(repository)
        return repository

    def reference(self, model: str) -> Reference:
        """The same with the registry, without a tag. Raises `InvalidReference`."""
        return Reference(self.registry, self.repository(model))

    def model(self, repository: str) -> ModelName | None:
        """The model of a repository; None where it is not the hub's."""
        if not self.prefix:
            return ModelName(repository)
        head = f"{self.prefix}/"
        return ModelName(repository.removeprefix(head)) if repository.startswith(head) else None
