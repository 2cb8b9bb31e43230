"""The pages as the window knows them before they are made; nothing of theirs is imported here."""

from typing import TYPE_CHECKING

from modeldesk.core.words import tr
from modeldesk.ui.context import PageEntry
from modeldesk.ui.links import PageKey
from modeldesk.ui.theme.icons import Icon

if TYPE_CHECKING:
    from collections.abc import Callable

    from modeldesk.pages import Pages


def page_entries(pages: "Callable[[], Pages]") -> list[PageEntry]:
    """In the order of the rail; `pages` is first called when one of them is made."""
    return [
        PageEntry(
            PageKey.LIBRARY,
            tr("Library"),
            Icon.LIBRARY,
            lambda: pages().library_page(),
            needs_engine=True,
            shows_registries=True,
            beside_models=True,
        ),
        PageEntry(
            PageKey.BUILD,
            tr("Build"),
            Icon.BUILD,
            lambda: pages().build_page(),
            beside_models=True,
        ),
        PageEntry(
            PageKey.COMPARE,
            tr("Compare"),
            Icon.COMPARE,
            lambda: pages().compare_page(),
            beside_models=True,
        ),
        PageEntry(
            PageKey.RELEASES,
            tr("Releases"),
            Icon.RELEASES,
            lambda: pages().releases_page(),
            needs_engine=True,
            beside_models=True,
        ),
        PageEntry(
            PageKey.CLEANUP,
            tr("Clean up"),
            Icon.CLEAN,
            lambda: pages().cleanup_page(),
            needs_engine=True,
            beside_models=True,
            under=PageKey.LIBRARY,
        ),
        PageEntry(
            PageKey.FIND,
            tr("Find versions"),
            Icon.SEARCH,
            lambda: pages().find_page(),
            beside_models=True,
            under=PageKey.LIBRARY,
        ),
        PageEntry(PageKey.ACTIVITY, tr("Activity"), Icon.ACTIVITY, lambda: pages().activity_page()),
        PageEntry(PageKey.SETTINGS, tr("Settings"), Icon.SETTINGS, lambda: pages().settings_page()),
    ]
