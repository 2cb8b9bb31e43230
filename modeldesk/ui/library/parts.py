"""What the library page consists of, made one after the other."""

from collections.abc import Callable
from dataclasses import dataclass

from modeldesk.ui.charts.lazy import LazySizeHistory
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.metadata_source import MetadataSource
from modeldesk.ui.inspector.panel import DetailSource, Inspector, inspector_tabs
from modeldesk.ui.library.header import PageHeader
from modeldesk.ui.library.versions_table import VersionsTable
from modeldesk.ui.making import Making


@dataclass(frozen=True, slots=True)
class LibraryParts:
    """The widgets of the page."""

    header: PageHeader
    chart: LazySizeHistory
    table: VersionsTable
    inspector: Inspector


def library_parts(
    context: Context,
    details: DetailSource,
    contents: ContentsSource,
    preload: Preload,
    metadata: Callable[[], MetadataSource],
) -> Making[LibraryParts]:
    """Make them in steps. `metadata` is called in worker threads."""
    header = PageHeader(context.theme)
    yield
    chart = LazySizeHistory(context.theme, preload)
    yield
    table = VersionsTable(context.theme)
    yield
    tabs = yield from inspector_tabs(context, contents, metadata)
    inspector = Inspector(context, details, tabs)
    yield
    return LibraryParts(header, chart, table, inspector)
