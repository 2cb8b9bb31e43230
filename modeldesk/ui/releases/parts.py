"""What the releases page consists of, made one after the other."""

from dataclasses import dataclass

from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.context import Context
from modeldesk.ui.making import Making
from modeldesk.ui.releases.container_panel import ContainerPanel, memory_chart, processor_chart
from modeldesk.ui.releases.history import ReleaseHistory


@dataclass(frozen=True, slots=True)
class ReleasesParts:
    """The larger widgets of the page."""

    history: ReleaseHistory
    panel: ContainerPanel


def releases_parts(context: Context, preload: Preload) -> Making[ReleasesParts]:
    """Make them in steps."""
    processor = processor_chart(context.theme, preload)
    yield
    memory = memory_chart(context.theme, preload)
    yield
    history = ReleaseHistory()
    yield
    panel = ContainerPanel(context, processor, memory, history)
    yield
    return ReleasesParts(history, panel)
