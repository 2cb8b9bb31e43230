"""How often each kind of layer changed over a model's versions, and what was pushed for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from modeldesk.core.ids import DiffId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.library.history import Past
from modeldesk.core.library.model import Version


@dataclass(frozen=True, slots=True)
class KindChanges:
    """What became of the layers of one kind from version to version. Bytes are those of the
    unpacked layers: how small a registry packs them is not known of layers that are here."""

    kind: LayerKind | None
    """None: of all kinds together."""
    steps: int
    """From one version to the next, where at least one of the two has such a layer."""
    changed: int
    """Steps at which its layers were other ones."""
    first_bytes: int
    """Bytes pushed for it with the first version."""
    pushed_bytes: int
    """Bytes pushed for it with all later ones: layers that no version before them has."""

    @property
    def mean_bytes(self) -> int | None:
        """Bytes pushed for each change; None where nothing changed."""
        return round(self.pushed_bytes / self.changed) if self.changed else None


@dataclass(frozen=True, slots=True)
class ModelChanges:
    """What changed over a model's versions, as far as their layers are known."""

    first: str
    """The name of the first version that was compared; empty where there is none."""
    compared: int
    """Versions whose layers are known."""
    unread: int
    """Versions that are here, and whose layers are not known yet."""
    elsewhere: int
    """Versions that went, or that only a registry has: what is kept of them are sizes, and of
    the same size may be other layers."""
    kinds: tuple[KindChanges, ...]
    """In the order of `LayerKind`; kinds of no bytes are left out."""
    everything: KindChanges

    @property
    def main_cause(self) -> KindChanges | None:
        """The kind for which most was pushed after the first version."""
        most = max(self.kinds, key=lambda one: one.pushed_bytes, default=None)
        return most if most is not None and most.pushed_bytes else None


def can_compare(versions: Iterable[Version]) -> bool:
    """Whether the layers of two versions are known."""
    known = (version for version in versions if version.layers is not None)
    return next(known, None) is not None and next(known, None) is not None


def model_changes(past: Sequence[Past]) -> ModelChanges:
    """What changed over a history, oldest first. Each version is held against the one before it
    whose layers are known too."""
    here = [version for version in past if isinstance(version, Version)]
    known = [version for version in here if version.layers is not None]
    kinds, everything = changes_by_kind([version.layers or () for version in known])
    return ModelChanges(
        known[0].name if known else "",
        len(known),
        len(here) - len(known),
        len(past) - len(here),
        kinds,
        everything,
    )


def changes_by_kind(
    versions: Sequence[Sequence[Layer]],
) -> tuple[tuple[KindChanges, ...], KindChanges]:
    """One for each kind that has bytes, in the order of `LayerKind`, and one for all together.
    `versions` are oldest first. A layer of several kinds is one of each, with its bytes of it."""
    tallies = {kind: _Tally() for kind in LayerKind}
    total = _Tally()
    known: set[DiffId] = set()
    for version in versions:
        total.begin()
        for tally in tallies.values():
            tally.begin()
        for layer in version:
            is_new = layer.diff_id not in known
            known.add(layer.diff_id)
            total.add(layer.diff_id, layer.size_bytes * is_new)
            for kind, size in layer.parts:
                tallies[kind].add(layer.diff_id, size * is_new)
    found = (tally.told(kind) for kind, tally in tallies.items())
    kinds = tuple(one for one in found if one.first_bytes or one.pushed_bytes)
    return kinds, total.told(None)


@dataclass(slots=True)
class _Tally:
    """Counts for one kind, a version after the other."""

    versions: int = 0
    steps: int = 0
    changed: int = 0
    first_bytes: int = 0
    pushed_bytes: int = 0
    before: list[DiffId] = field(default_factory=list)
    now: list[DiffId] = field(default_factory=list)

    def begin(self) -> None:
        """A version follows: what the last two differed in is counted."""
        self._count()
        self.versions += 1
        self.before, self.now = self.now, []

    def add(self, layer: DiffId, pushed: int) -> None:
        """A layer of the version that began."""
        self.now.append(layer)
        if self.versions == 1:
            self.first_bytes += pushed
        else:
            self.pushed_bytes += pushed

    def told(self, kind: LayerKind | None) -> KindChanges:
        """After the last version."""
        self._count()
        return KindChanges(kind, self.steps, self.changed, self.first_bytes, self.pushed_bytes)

    def _count(self) -> None:
        if self.versions > 1 and (self.before or self.now):
            self.steps += 1
            self.changed += self.before != self.now
