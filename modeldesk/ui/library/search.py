"""Finding models by what is typed: their names, tags, digests and image ids (no Qt)."""

from dataclasses import dataclass

from modeldesk.core.labels import REVISION_LABEL
from modeldesk.core.library.model import LibrarySnapshot, Model, PlacedVersion
from modeldesk.core.library.placed import placed_versions
from modeldesk.ui.library.entries import entries


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that has every word, and which of its versions do. `versions` is empty when the
    name alone has them: then no version stands out."""

    entry: Model
    versions: tuple[PlacedVersion, ...]


class LibrarySearch:
    """Searches a snapshot; what it prepares is kept until another snapshot comes."""

    def __init__(self) -> None:
        self._snapshot: LibrarySnapshot | None = None
        self._texts: list[tuple[Model, str]] = []

    def matches(self, snapshot: LibrarySnapshot, text: str) -> list[Match]:
        """The entries that match, in the list's order; every word of `text` must be found in
        the name or in one version."""
        if snapshot is not self._snapshot:
            self._snapshot = snapshot
            self._texts = [(entry, _haystack(entry)) for entry in entries(snapshot)]
        words = text.casefold().split()
        found = []
        for entry, haystack in self._texts:
            if _by_name(entry, words):
                found.append(Match(entry, ()))
            elif all(word in haystack for word in words):
                versions = tuple(v for v in placed_versions(entry) if _has(entry, v, words))
                if versions:
                    found.append(Match(entry, versions))
        return found


def _by_name(entry: Model, words: list[str]) -> bool:
    name = entry.name.casefold()
    return all(word in name for word in words)


def _has(entry: Model, version: PlacedVersion, words: list[str]) -> bool:
    text = f"{entry.name.casefold()}\n{_version_text(version)}"
    return all(word in text for word in words)


def _haystack(entry: Model) -> str:
    return "\n".join((entry.name.casefold(), *map(_version_text, placed_versions(entry))))


def _version_text(version: PlacedVersion) -> str:
    local = version.local
    names = [f"{one.name}@{one.digest}" for one in version.remote]
    if local is None:
        # Prepared by the ten thousand: the whole revision has the commit in it.
        names += (version.remote[0].image, version.labels.get(REVISION_LABEL, ""))
    else:
        names += (local.name, local.key.image, local.commit)
        names += map(str, (*local.references, *local.digests))
    return "\n".join(names).casefold()
