"""What the releases page consists of, made one after the other."""

from dataclasses import dataclass

from modeldesk.core.words import tr
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.context import Context
from modeldesk.ui.making import Making
from modeldesk.ui.releases.body import ReleaseBody
from modeldesk.ui.releases.container_panel import ContainerPanel, memory_chart, processor_chart
from modeldesk.ui.releases.figures_row import figures_row
from modeldesk.ui.releases.findings import FindingsStore
from modeldesk.ui.releases.findings_strip import FindingsStrip
from modeldesk.ui.releases.heading import ReleaseHeading
from modeldesk.ui.releases.history import ReleaseHistory
from modeldesk.ui.releases.swarm_panel import SwarmPanel


@dataclass(frozen=True, slots=True)
class ReleasesParts:
    """The larger widgets of the page."""

    heading: ReleaseHeading
    body: ReleaseBody


def releases_parts(
    context: Context, preload: Preload, findings: FindingsStore
) -> Making[ReleasesParts]:
    """Make them in steps."""
    heading = ReleaseHeading(context.theme)
    yield
    processor = processor_chart(context.theme, preload)
    yield
    memory = memory_chart(context.theme, preload)
    yield
    figures = yield from figures_row(context.theme)
    history = ReleaseHistory(context.theme)
    yield
    panel = ContainerPanel(context, processor, memory, history)
    yield
    strip = FindingsStrip(context.theme, findings)
    yield
    swarm = SwarmPanel(context.theme, context.tasks, tr("On the swarm"))
    canary = SwarmPanel(context.theme, context.tasks, tr("Its canary on the swarm"))
    yield
    body = ReleaseBody(context, panel, history, figures, strip, swarm, canary)
    yield
    return ReleasesParts(heading, body)
