"""What the releases page shows below its heading: it scrolls where the window is low."""

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from modeldesk.core.ids import DeploymentName
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.releases.canary_view import canary_view, is_over, plain_rule
from modeldesk.ui.releases.container_panel import ContainerPanel
from modeldesk.ui.releases.figures_row import FiguresRow
from modeldesk.ui.releases.findings_strip import FindingsStrip
from modeldesk.ui.releases.history import ReleaseHistory
from modeldesk.ui.releases.presented import RolloutFacts
from modeldesk.ui.releases.rule_card import RuleCard
from modeldesk.ui.releases.swarm_panel import SwarmPanel
from modeldesk.ui.releases.swarm_stream import Follow
from modeldesk.ui.releases.swarm_view import VersionName
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.step_track import StepTrack

NOBODY = DeploymentName("")
"""No deployment can be called so."""


class ReleaseBody(QScrollArea):
    """Steps, charts and the rule of a canary; findings; history; and the containers' output."""

    def __init__(
        self,
        context: Context,
        panel: ContainerPanel,
        history: ReleaseHistory,
        figures: FiguresRow,
        findings: FindingsStrip,
        swarm: SwarmPanel,
        swarm_canary: SwarmPanel,
    ) -> None:
        """`history` is in `panel` already."""
        super().__init__()
        self.panel, self.history, self.figures = panel, history, figures
        self.swarm, self.swarm_canary = swarm, swarm_canary
        swarm_canary.hide()
        self.said = Banner(context.theme)
        self.track = StepTrack(context.theme, tr("Steps of the canary"))
        self.rule = RuleCard(context.theme)
        self.findings = findings
        self._steps = Card()
        self._steps.body.setContentsMargins(0, Space.S, 0, 0)
        self._steps.body.addWidget(self.track)
        inside = QWidget()
        self._column = column = QVBoxLayout(inside)
        column.setContentsMargins(Space.XL, 0, Space.XL, Space.L)
        column.setSpacing(Space.M)
        swarms = (swarm, swarm_canary)
        for part in (self.said, self.findings, self._steps, *swarms, figures, self.rule):
            column.addWidget(part)
        column.addWidget(panel, 1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        # Its parts have the focus, and come into view with it; it would be a stop nobody sees.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().rangeChanged.connect(self._keep_edge)

    def show_findings(self, deployment: DeploymentName | None) -> None:
        """Show what was found of one deployment; nothing of a single container."""
        self.findings.show_deployment(deployment or NOBODY)

    def show_swarm(self, follow: Follow | None, version_name: VersionName = str) -> None:
        """Follow a deployment's service on its swarm; None: it is not on one."""
        self.swarm.setVisible(follow is not None)
        self.swarm.show_service(follow, version_name)

    def show_swarm_canary(self, follow: Follow | None, version_name: VersionName = str) -> None:
        """The same with the service of its canary; None: it has none, or is on no swarm."""
        self.swarm_canary.setVisible(follow is not None)
        self.swarm_canary.show_service(follow, version_name)

    def show_rollout(self, facts: RolloutFacts | None, now: datetime, *, deployed: bool) -> None:
        """Show how a canary stands, or went; None: there is none. `deployed` is whether a
        deployment is shown that could have one."""
        self._steps.setVisible(facts is not None)
        self.figures.setVisible(facts is not None)
        self.rule.setVisible(deployed)
        if facts is None:
            self.said.dismiss()
            self.rule.present(plain_rule())
            return
        view = canary_view(facts, now)
        steps = view.steps
        if steps.sentence:
            over = is_over(facts.rollout)
            notice = Notice(steps.sentence, steps.reason, (), steps.tone, closable=over)
            if self.said.notice != notice:
                self.said.present(notice)
        else:
            self.said.dismiss()
        self.track.set_steps(steps.steps)
        self.figures.present(view.figures)
        self.rule.present(view.rule)

    def _keep_edge(self, _least: int, most: int) -> None:
        """The right edge stays where that of the heading is, with a scroll bar and without."""
        bar = self.verticalScrollBar().sizeHint().width() if most > 0 else 0
        margins = self._column.contentsMargins()
        if margins.right() != Space.XL - bar:
            margins.setRight(Space.XL - bar)
            self._column.setContentsMargins(margins)
