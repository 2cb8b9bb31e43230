"""From the versions to the page that puts two of them side by side."""

from PySide6.QtCore import QItemSelectionModel

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.ui.links import CompareLink, LibraryLink
from tests.gui.library.bench import Bench
from tests.gui.library.test_removal import versions


def link(images: dict[str, ImageId], name: str) -> LibraryLink:
    return LibraryLink(ModelName("recommendation"), images[name])


def test_two_chosen_versions_are_compared_older_first(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    menu = bench.page.acts.menu(versions(bench, "v1.4.0", "v1.2.0"))
    [compare] = [action for action in menu.actions() if action.text() == "Compare"]
    compare.trigger()
    assert bench.heard.links == [CompareLink(link(images, "v1.2.0"), link(images, "v1.4.0"))]


def test_one_version_is_compared_with_the_one_before(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    menu = bench.page.acts.menu(versions(bench, "v1.4.0"))
    [compare] = [action for action in menu.actions() if action.text().startswith("Compare")]
    assert compare.text() == "Compare with v1.3.1"
    compare.trigger()
    assert bench.heard.links == [CompareLink(link(images, "v1.3.1"), link(images, "v1.4.0"))]


def test_the_first_version_has_nothing_before_it(bench: Bench, images: dict[str, ImageId]) -> None:
    menu = bench.page.acts.menu(versions(bench, "v1.0.0"))
    assert not [action for action in menu.actions() if action.text().startswith("Compare")]


def test_two_selected_rows_offer_it_in_sight(bench: Bench, images: dict[str, ImageId]) -> None:
    table, compare = bench.page.table, bench.page.header.compare
    assert not compare.isVisible()
    table.select_key(str(images["v1.4.0"]))
    table.selectionModel().select(
        table.model().index(table.currentIndex().row() + 1, 0), _AND_THE_ROW
    )
    assert compare.isVisible()
    compare.click()
    assert bench.heard.links == [CompareLink(link(images, "v1.3.1"), link(images, "v1.4.0"))]
    table.select_key(str(images["v1.4.0"]))
    assert not compare.isVisible()


_AND_THE_ROW = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
