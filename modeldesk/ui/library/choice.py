"""What the person looks at: one model, and one of its versions. The side panel, the page and the
inspector share it."""

from PySide6.QtCore import QObject, Signal

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.library.model import Group, LibrarySnapshot, Model, PlacedVersion, Version
from modeldesk.core.library.placed import find_placed, placed_versions
from modeldesk.ui.context import Hub
from modeldesk.ui.library.entries import (
    entries,
    find_entry,
    find_holder,
    first_choice,
)
from modeldesk.ui.links import LibraryLink


class LibraryChoice(QObject):
    """Follows the snapshots: what was chosen stays chosen while it exists, and what takes the
    place of a removed version is its neighbour. UI thread only."""

    changed = Signal()
    """Another model or version is chosen, or what is chosen is not as it was."""
    marked_changed = Signal()
    """`marked` is not what it was."""

    def __init__(self, hub: Hub, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._snapshot = hub.snapshot
        self._entry: Model | None = None
        self._placed: PlacedVersion | None = None
        self._remembered: dict[ModelName, ImageId] = {}
        self._awaited: LibraryLink | None = None
        self._elsewhere: ModelName | None = None
        self._by_person = False
        """Whether what is looked at was chosen; until then it is only what stood first."""
        hub.snapshot_changed.connect(self._follow)
        self._follow(hub.snapshot)

    @property
    def entry(self) -> Model | None:
        """The chosen model (or base image, or the untagged images) as last known."""
        return self._entry

    @property
    def version(self) -> Version | None:
        """The chosen version of it as last known; None where only a registry has it."""
        return self._placed.local if self._placed else None

    @property
    def placed(self) -> PlacedVersion | None:
        """The chosen version, wherever it is."""
        return self._placed

    @property
    def marked(self) -> ModelName | None:
        """The model that the page in view is about: the chosen one, unless that page shows
        something of another."""
        if self._elsewhere is not None:
            return self._elsewhere
        return self._entry.name if self._entry is not None else None

    def mark(self, model: ModelName | None) -> None:
        """A page shows something of `model`; None: no page does, what is chosen counts."""
        if model != self._elsewhere:
            self._elsewhere = model
            self.marked_changed.emit()

    def choose_version(self, image: ImageId) -> None:
        """Look at another version of the chosen model."""
        self._awaited = None
        self._by_person = True
        if self._entry is not None and find_placed(self._entry, image):
            self._set(self._entry, image)

    def follow_link(self, link: LibraryLink) -> None:
        """Look at what `link` names, as soon as it is there."""
        self._awaited = link if link.model is not None or link.image is not None else None
        self._arrive()

    def _follow(self, snapshot: LibrarySnapshot) -> None:
        self._snapshot = snapshot
        if self._arrive():
            return
        entry = find_entry(snapshot, self._entry.name) if self._entry else None
        if entry is not None and not self._by_person and entry.group is not Group.MODEL:
            # Layers have shown that what stood first among the models is another's base image.
            entry = None
        if entry is None:
            shown = snapshot.models or entries(snapshot)
            entry = shown[0] if shown else None
        if entry is None:
            changed = self._entry is not None
            self._entry = self._placed = None
            if changed:
                self.changed.emit()
            return
        same = self._entry is not None and entry.name == self._entry.name
        wanted = self._placed.image if same and self._placed else None
        if wanted is not None and find_placed(entry, wanted) is None:
            wanted = self._neighbour(entry)
        self._set(entry, wanted or self._remembered.get(entry.name))

    def _arrive(self) -> bool:
        """Go where the last link wanted to, if that is there by now."""
        link = self._awaited
        if link is None:
            return False
        if link.model is not None:
            entry = find_entry(self._snapshot, link.model)
        else:
            entry = find_holder(self._snapshot, link.image) if link.image else None
        if entry is None or (link.image is not None and not find_placed(entry, link.image)):
            return False
        self._awaited = None
        self._by_person = True
        self._set(entry, link.image or self._remembered.get(entry.name))
        return True

    def _neighbour(self, entry: Model) -> ImageId | None:
        """What now stands where the version that went stood."""
        if self._entry is None or self._placed is None:
            return None
        gone = self._placed.image
        before = placed_versions(self._entry)
        place = next((n for n, one in enumerate(before) if one.image == gone), 0)
        now = placed_versions(entry)
        return now[min(place, len(now) - 1)].image if now else None

    def _set(self, entry: Model, image: ImageId | None) -> None:
        placed = find_placed(entry, image) or first_choice(entry)
        if placed is not None:
            self._remembered[entry.name] = placed.image
        if entry is self._entry and _same(placed, self._placed):
            return
        self._entry, self._placed = entry, placed
        self.changed.emit()


def _same(one: PlacedVersion | None, other: PlacedVersion | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.local is other.local and one.remote is other.remote and one.drifts == other.drifts
