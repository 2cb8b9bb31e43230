"""The registries that the fake engine reaches: what is pushed there can be pulled."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from modeldesk.core.errors import NotInRegistry, RegistryUnavailable
from modeldesk.core.ids import DiffId, short
from modeldesk.core.jobs import CancelToken, Part, PartState
from modeldesk.core.references import Reference
from tests.fakes.engine_images import FakeImage, Step, diff_ids, digest, make_image

_PIECES = 5


@dataclass
class _Repository:
    images: dict[str, FakeImage] = field(default_factory=dict)
    """By the digest of the manifest."""
    tags: dict[str, str] = field(default_factory=dict)
    layers: set[DiffId] = field(default_factory=set)


class EngineRegistries:
    """`away` are hosts that do not answer, `silent` those that take the connection and say
    nothing; `piece_s` is how long each piece of a layer takes."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.silent: set[str] = set()
        self.piece_s = 0.0
        self._repositories: dict[str, _Repository] = {}

    def has(self, name: str, *steps: tuple[str, int], labels: dict[str, str]) -> str:
        """An image is there that was pushed elsewhere; its digest."""
        made = make_image((), tuple(Step(*step) for step in steps), labels)
        return self._keep(made, Reference.parse(name))

    def push(
        self,
        image: FakeImage,
        reference: Reference,
        on_part: Callable[[Part], None],
        token: CancelToken,
    ) -> str:
        """As `ImageEngine.push`."""
        self._reach(reference, token)
        own = self._repositories.setdefault(reference.name, _Repository())
        near = {
            layer
            for name, one in self._repositories.items()
            if name.startswith(f"{reference.registry}/")
            for layer in one.layers
        }

        def fate(layer: DiffId) -> PartState:
            if layer in own.layers:
                return PartState.THERE
            return PartState.MOUNTED if layer in near else PartState.DONE

        self._move(image, fate, on_part, token)
        return self._keep(image, reference)

    def pull(
        self,
        reference: Reference,
        here: Collection[DiffId],
        on_part: Callable[[Part], None],
        token: CancelToken,
    ) -> tuple[FakeImage, str]:
        """The image, as the engine has it then, and the digest of its manifest."""
        self._reach(reference, token)
        own = self._repositories.get(reference.name, _Repository())
        wanted = reference.digest or own.tags.get(reference.tag, "")
        found = own.images.get(wanted)
        if found is None:
            raise NotInRegistry(f"{reference} is not in the registry {reference.registry}.")

        def fate(layer: DiffId) -> PartState:
            return PartState.THERE if layer in here else PartState.DONE

        self._move(found, fate, on_part, token)
        return replace(found, tags=set(), digests=set()), wanted

    def _keep(self, image: FakeImage, reference: Reference) -> str:
        own = self._repositories.setdefault(reference.name, _Repository())
        manifest = digest("manifest", image.id)
        own.images[manifest] = replace(image, tags=set(), digests=set())
        own.tags[reference.tag] = manifest
        own.layers.update(diff_ids(image.steps))
        return manifest

    def _reach(self, reference: Reference, token: CancelToken) -> None:
        if reference.registry in self.away:
            raise RegistryUnavailable(
                f"The engine does not reach the registry {reference.registry}.", "Check it."
            )
        if reference.registry in self.silent:
            token.wait(60)
        token.raise_if_cancelled()

    def _move(
        self,
        image: FakeImage,
        fate: Callable[[DiffId], PartState],
        on_part: Callable[[Part], None],
        token: CancelToken,
    ) -> None:
        for layer, size in _layers(image):
            on_part(Part(short(layer), PartState.WAITING, 0, size))
        for layer, size in _layers(image):
            end = fate(layer)
            if end is PartState.DONE:
                for piece in range(_PIECES):
                    token.wait(self.piece_s)
                    token.raise_if_cancelled()
                    done = size * piece // _PIECES
                    on_part(Part(short(layer), PartState.MOVING, done, size))
            on_part(Part(short(layer), end, size, size))


def _layers(image: FakeImage) -> Iterable[tuple[DiffId, int]]:
    sizes = [step.size_bytes for step in image.steps if step.size_bytes]
    return zip(diff_ids(image.steps), sizes, strict=True)
