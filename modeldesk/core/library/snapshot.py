"""From images and containers to everything the library page shows. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.courtesy import go_on
from modeldesk.core.ids import ImageId, ModelName, short
from modeldesk.core.images import ImageSummary
from modeldesk.core.labels import REVISION_LABEL
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.library.bases import Bases, find_bases
from modeldesk.core.library.grouping import (
    UNTAGGED,
    ImageGroup,
    LocalImage,
    Member,
    group_images,
    groups_of_images,
)
from modeldesk.core.library.labels import commit, created, metrics
from modeldesk.core.library.model import (
    Group,
    LibrarySnapshot,
    Model,
    Version,
    VersionKey,
    VersionSizes,
    Where,
)
from modeldesk.core.library.sizes import LayerTree
from modeldesk.core.library.versions import channels_of, newest_first, own_reference
from modeldesk.core.references import Reference

_Counts = Mapping[int, int] | Sequence[int]
"""How many have a layer, by the layer's number."""


def make_snapshot(
    images: Iterable[LocalImage],
    containers: Iterable[ContainerSummary] = (),
    unreadable: frozenset[ImageId] = frozenset(),
    *,
    kinds_known: bool = True,
    give_way: Callable[[], None] = go_on,
) -> LibrarySnapshot:
    """Group, name, order and measure `images`. Those `unreadable` are not waited for: their
    layers stay unknown, and the sizes of the others are given without them. `kinds_known`: what
    is known of the content of layers is in their kinds. `give_way` is called now and then."""
    made = _Maker(images, containers, unreadable, give_way).snapshot()
    return made if kinds_known else replace(made, kinds_known=False)


@dataclass(frozen=True, slots=True)
class _Named:
    """A member with the name it has as a version."""

    member: Member
    own: Reference | None

    @property
    def tag(self) -> str:
        return self.own.tag if self.own else ""

    @property
    def summary(self) -> ImageSummary:
        return self.member.image.summary


class _Maker:
    """One making of a snapshot: what is looked up again and again, found once."""

    def __init__(
        self,
        images: Iterable[LocalImage],
        containers: Iterable[ContainerSummary],
        unreadable: frozenset[ImageId],
        give_way: Callable[[], None],
    ) -> None:
        self.give_way = give_way
        self.images = {image.summary.id: image for image in images}
        self.groups = group_images(self._each_image())
        self.tree = LayerTree()
        for image in self._each_image():
            if image.stack is not None:
                self.tree.add(image.summary.id, image.stack.layers)
        self.group_names = groups_of_images(self.groups.values())
        self.bases: Bases = find_bases(self.images, self.tree, self.group_names, give_way)
        self.missing = sum(
            image.stack is None and image.summary.id not in unreadable
            for image in self.images.values()
        )
        self.layers: dict[ImageId, tuple[Layer, ...]] = {}
        self.sizes: dict[ImageId, VersionSizes] = {}
        self.containers: dict[ImageId, list[ContainerSummary]] = {}
        for container in containers:
            self.containers.setdefault(container.image_id, []).append(container)
        self.version_counts = self._count_versions()

    def _each_image(self) -> Iterator[LocalImage]:
        for image in self.images.values():
            self.give_way()
            yield image

    def snapshot(self) -> LibrarySnapshot:
        models: list[Model] = []
        others: list[Model] = []
        for group in self.groups.values():
            model = self._model(group)
            (models if model.group == Group.MODEL else others).append(model)
        models.sort(key=lambda model: (model.name.casefold(), model.name))
        others.sort(key=lambda m: (m.group == Group.UNTAGGED, m.name.casefold(), m.name))
        return LibrarySnapshot(
            tuple(models),
            tuple(others),
            len(self.images),
            None if self.missing else self.tree.total_bytes,
            self.missing,
        )

    def _count_versions(self) -> list[int]:
        """For each layer how many versions have it: an image in two models counts twice."""
        counts = self.tree.holders.copy()
        for image, names in self.group_names.items():
            for number in self.tree.paths.get(image, ()) if len(names) > 1 else ():
                counts[number] += len(names) - 1
        return counts

    def _model(self, group: ImageGroup) -> Model:
        kind = self._kind(group)
        counts = self.tree.counts(member.image.summary.id for member in group.members)
        shared = counts if kind == Group.MODEL else self.tree.holders
        named = [_Named(member, own_reference(member.references)) for member in group.members]
        ordered = newest_first(named, lambda n: (n.tag, created(n.summary), n.summary.id))
        versions = []
        before: int | None = None
        for item in reversed(ordered):
            size = item.summary.size_bytes
            change = size / before - 1 if before and kind == Group.MODEL else None
            versions.append(self._version(group.name, item, change, shared))
            before = size
        repositories = {
            reference.name
            for member in group.members
            for reference in member.references or member.digests
        }
        return Model(
            group.name,
            kind,
            tuple(sorted(repositories)),
            tuple(reversed(versions)),
            sum(version.size_bytes for version in versions),
            self._unique_bytes(counts),
            len(self.bases.standing_on.get(group.name, ())) if kind == Group.BASE_IMAGE else 0,
            self._reclaimable(group) if kind == Group.UNTAGGED else None,
        )

    def _kind(self, group: ImageGroup) -> Group:
        if group.name == UNTAGGED:
            return Group.UNTAGGED
        if not group.labelled and group.name in self.bases.standing_on:
            return Group.BASE_IMAGE
        return Group.MODEL

    def _reclaimable(self, group: ImageGroup) -> int | None:
        if self.missing:
            return None
        images = (member.image.summary.id for member in group.members)
        return self.tree.bytes_only_in(image for image in images if image not in self.containers)

    def _unique_bytes(self, counts: Mapping[int, int]) -> int | None:
        if self.missing:
            return None
        sizes, everywhere = self.tree.sizes, self.version_counts
        return sum(sizes[number] for number, count in counts.items() if count == everywhere[number])

    def _version(
        self, model: ModelName, item: _Named, change: float | None, shared: _Counts
    ) -> Version:
        self.give_way()
        summary, own = item.summary, item.own
        references = item.member.references
        if own is not None and references[0] != own:
            references = (own, *(reference for reference in references if reference != own))
        layers = self._layers(item.member.image)
        return Version(
            key=VersionKey(model, summary.id),
            name=own.tag if own else short(summary.id),
            references=references,
            channels=channels_of(references),
            digests=item.member.digests,
            size_bytes=summary.size_bytes,
            created=created(summary),
            labels=summary.labels,
            metrics=_metrics(item.member.image),
            commit=self._commit(summary),
            where=_where(summary, item.member.digests),
            change=change,
            containers=tuple(self.containers.get(summary.id, ())),
            layers=layers,
            sizes=self._sizes(summary.id, layers),
            shared_with=self._shared_with(summary.id, layers, shared),
            images_with=self._images_with(summary.id, layers),
            base_layers=None if layers is None else self.bases.layers[summary.id],
        )

    def _layers(self, image: LocalImage) -> tuple[Layer, ...] | None:
        if image.stack is None:
            return None
        key = image.summary.id
        found = self.layers.get(key)
        if found is None:
            found = self.layers[key] = image.stack.on_base(self.bases.layers[key])
        return found

    def _sizes(self, image: ImageId, layers: tuple[Layer, ...] | None) -> VersionSizes | None:
        if layers is None or self.missing:
            return None
        found = self.sizes.get(image)
        if found is None:
            found = self.sizes[image] = self.tree.version_sizes(image, layers)
        return found

    def _shared_with(
        self, image: ImageId, layers: tuple[Layer, ...] | None, shared: _Counts
    ) -> tuple[int, ...]:
        if layers is None:
            return ()
        holders = self.tree.holders
        return tuple(
            holders[number] if layer.kind == LayerKind.BASE_IMAGE else shared[number]
            for number, layer in zip(self.tree.paths[image], layers, strict=True)
        )

    def _images_with(self, image: ImageId, layers: tuple[Layer, ...] | None) -> tuple[int, ...]:
        if layers is None:
            return ()
        return tuple(map(self.tree.holders.__getitem__, self.tree.paths[image]))

    def _commit(self, summary: ImageSummary) -> str:
        """The image's own commit: a label that came with the base image says nothing of it."""
        found = commit(summary.labels)
        base = self.bases.image.get(summary.id)
        if found and base is not None:
            inherited = self.images[base].summary.labels.get(REVISION_LABEL)
            if inherited == summary.labels.get(REVISION_LABEL):
                return ""
        return found


def _where(summary: ImageSummary, digests: tuple[Reference, ...]) -> Where:
    """An engine with the containerd image store gives every image a digest equal to its id,
    pushed or not; only another digest shows that a registry has it."""
    known = any(reference.digest != summary.id for reference in digests)
    return Where.LOCAL_AND_REGISTRY if known else Where.LOCAL


def _metrics(image: LocalImage) -> Mapping[str, float]:
    told = metrics(image.summary.labels)
    if not image.edited:
        return told
    known = {**told, **image.edited}
    return {name: value for name, value in known.items() if value is not None}
