"""What the command palette offers: pages, actions, models and their versions."""

from collections.abc import Iterator, Sequence
from functools import partial

from PySide6.QtGui import QAction, QKeySequence

from modeldesk.core.library.model import Group, LibrarySnapshot, Model
from modeldesk.core.words import tr, trn
from modeldesk.ui.context import Context
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.presentation import printable
from modeldesk.ui.shell.command_palette import PaletteEntry
from modeldesk.ui.shell.menus import plain_text
from modeldesk.ui.theme.icons import Icon


def action_entries(actions: Sequence[tuple[QAction, Icon]]) -> Iterator[PaletteEntry]:
    """Entries of the menus."""
    for action, icon in actions:
        yield PaletteEntry(
            plain_text(action),
            icon,
            action.trigger,
            shortcut=action.shortcut().toString(QKeySequence.SequenceFormat.NativeText),
        )


def theme_entries(actions: Sequence[QAction]) -> Iterator[PaletteEntry]:
    """The looks, which in the menu stand below their title."""
    for action in actions:
        name = plain_text(action)
        yield PaletteEntry(tr("Theme: {name}", name=name), Icon.SETTINGS, action.trigger)


def library_entries(context: Context, snapshot: LibrarySnapshot) -> Iterator[PaletteEntry]:
    """Every model, then every version; other images after the models."""
    everything = (*snapshot.models, *snapshot.others)
    for model in everything:
        link = LibraryLink(model.name)
        detail = trn("{count} version", "{count} versions", len(model.versions))
        yield PaletteEntry(
            printable(_name(model)), Icon.LIBRARY, partial(context.navigate, link), detail
        )
    for model in everything:
        name = printable(_name(model))
        for version in model.versions:
            link = LibraryLink(model.name, version.key.image)
            detail = " · ".join((*version.channels, *(str(tag) for tag in version.references)))
            yield PaletteEntry(
                f"{name} {printable(version.name)}",
                Icon.TAG,
                partial(context.navigate, link),
                printable(detail),
            )


def _name(model: Model) -> str:
    return tr("Untagged images") if model.group is Group.UNTAGGED else model.name
