"""What a write, or an event of the engine, has changed: which ids are to be read again."""

from dataclasses import dataclass

from modeldesk.core.ids import ContainerId, DeploymentName, DiffId, ImageId


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids whose state may differ from what was last read. `every_image` and `every_container`
    say that the ids are not known and the whole list is to be read."""

    images: frozenset[ImageId] = frozenset()
    containers: frozenset[ContainerId] = frozenset()
    deployments: frozenset[DeploymentName] = frozenset()
    every_image: bool = False
    every_container: bool = False
    builds: bool = False
    layers: frozenset[DiffId] = frozenset()
    """Layers of whose content more may be known."""

    @classmethod
    def everything(cls) -> "Changes":
        """After a reconnect: nothing that was read before can be trusted."""
        return cls(every_image=True, every_container=True, builds=True)

    def __or__(self, other: "Changes") -> "Changes":
        return Changes(
            self.images | other.images,
            self.containers | other.containers,
            self.deployments | other.deployments,
            self.every_image or other.every_image,
            self.every_container or other.every_container,
            self.builds or other.builds,
            self.layers | other.layers,
        )

    def __bool__(self) -> bool:
        return self != Changes()

    @property
    def touches_images(self) -> bool:
        return self.every_image or bool(self.images)

    @property
    def touches_containers(self) -> bool:
        return self.every_container or bool(self.containers)
