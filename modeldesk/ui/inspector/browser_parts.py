"""The larger widgets of a files browser, made in steps."""

from dataclasses import dataclass

from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.file_detail import FileDetail
from modeldesk.ui.inspector.file_rows import FileRows
from modeldesk.ui.inspector.file_tree_model import FileTreeModel
from modeldesk.ui.inspector.found_files import FoundFilesModel
from modeldesk.ui.inspector.layer_choice import LayerChoice
from modeldesk.ui.inspector.size_map import SizeMap
from modeldesk.ui.making import Making


@dataclass(frozen=True, slots=True)
class BrowserParts:
    """The larger widgets of a browser."""

    choice: LayerChoice
    tree_model: FileTreeModel
    tree: FileRows
    found_model: FoundFilesModel
    found: FileRows
    map: SizeMap
    detail: FileDetail


def browser_parts(context: Context) -> Making[BrowserParts]:
    """Make them in steps."""
    choice = LayerChoice()
    yield
    tree_model, found_model = FileTreeModel(), FoundFilesModel()
    tree = FileRows(context.theme, tree_model, tr("Files"))
    found = FileRows(context.theme, found_model, tr("Files found, largest first"))
    yield
    size_map = SizeMap(context)
    yield
    detail = FileDetail()
    yield
    return BrowserParts(choice, tree_model, tree, found_model, found, size_map, detail)
