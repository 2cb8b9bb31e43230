"""Asks before a channel is moved: from what to what, where, and why."""

import shlex
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.channels.model import MovePlan
from modeldesk.core.channels.names import channel_references, lies_in_registry
from modeldesk.core.channels.words import already_text
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import short
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import Version
from modeldesk.core.versioning.channels import DEPRECATED
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.channels.moves import ChannelMoves
from modeldesk.ui.channels.places import place_names
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import LinkButton, PlainButton, PrimaryButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.field import Field, NotedLineEdit
from modeldesk.ui.widgets.growing_dialog import GrowingDialog
from modeldesk.ui.widgets.key_value import KeyValue, KeyValueList
from modeldesk.ui.widgets.label import Label

_WIDTH, _HEIGHT = 540, 340
_LONGEST_NAME = 34


class MoveDialog(GrowingDialog):
    """Asks the engine and the registry what there is while it is open; what was seen is compared
    again when the channel is moved."""

    def __init__(
        self,
        context: Context,
        moves: ChannelMoves,
        version: Version,
        channel: str,
        parent: QWidget,
        *,
        off: bool = False,
    ) -> None:
        """`off`: the channel is to be taken off the version."""
        super().__init__(parent.window())
        self._context = context
        self._moves = moves
        self._version = version
        self._channel = channel
        self._off = off
        self._plan: MovePlan | None = None
        self._latest = Latest(context.tasks, self)
        self.setWindowTitle(self._title())
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self.resize(_WIDTH, _HEIGHT)
        self.facts = KeyValueList()
        self.asking = Label("", color="muted")
        self.in_registry = _check("")
        self.why = NotedLineEdit(mono=False)
        self.why_field = Field(tr("Why"), self.why, tr("Kept in the history"))
        self.banner = Banner(context.theme)
        self.overrule = _check(tr("Move it all the same; the reason is kept"))
        self.command = ElidedLabel("", TextStyle.MONO_SMALL, mode=Qt.TextElideMode.ElideRight)
        self._copy = LinkButton(tr("copy"))
        self.cancel = PlainButton(tr("Cancel"))
        self.accept_button = PrimaryButton(tr("Take off") if off else tr("Move"))
        if channel == DEPRECATED and not off:
            self.accept_button.set_text(tr("Mark"))
        self._lay_out()
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self._accept)
        self.cancel.clicked.connect(self.reject)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.command.text()))
        self.in_registry.toggled.connect(lambda _: self._ask())
        self.overrule.toggled.connect(lambda _: self._check())
        self.why.textChanged.connect(lambda _: self._check())
        hosts = self._hosts()
        self.in_registry.setVisible(bool(hosts))
        self.in_registry.setText(tr("Also in {registry}", registry=", ".join(hosts)))
        self.in_registry.setChecked(bool(hosts))
        if not hosts:
            self._ask()
        self.why.setFocus()

    @property
    def plan(self) -> MovePlan | None:
        """What would be done, once it is known."""
        return self._plan

    def _title(self) -> str:
        version = presentation.shortened(self._version.name, _LONGEST_NAME)
        if self._off:
            return tr("Take {channel} off {version}", channel=self._channel, version=version)
        if self._channel == DEPRECATED:
            return tr("Mark {version} as {channel}", channel=self._channel, version=version)
        return tr("Move {channel} to {version}", channel=self._channel, version=version)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(Label(self._title(), TextStyle.SUBTITLE, wrap=True))
        column.addWidget(self.facts)
        column.addWidget(self.asking)
        column.addWidget(self.in_registry)
        column.addWidget(self.why_field)
        column.addWidget(self.banner)
        column.addWidget(self.overrule)
        column.addWidget(Label(tr("The same on the command line:"), TextStyle.LABEL, "muted"))
        command = QHBoxLayout()
        command.setSpacing(Space.S)
        command.addWidget(self.command, 1)
        command.addWidget(self._copy)
        column.addLayout(command)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.accept_button)
        column.addLayout(buttons)
        self.overrule.hide()

    def _hosts(self) -> list[str]:
        version = self._version
        references = channel_references(version, self._channel)
        return sorted({one.registry for one in references if lies_in_registry(one, version)})

    def _ask(self) -> None:
        here_only = not self.in_registry.isChecked()
        version, channel, snapshot = self._version, self._channel, self._context.hub.snapshot
        channels, off = self._moves.channels, self._off
        self._plan = None
        self.banner.dismiss()
        self.asking.setText(
            tr("Asking the engine…")
            if here_only
            else tr("Asking {registry}…", registry=", ".join(self._hosts()))
        )
        self.asking.show()
        self._check()

        def work(job: Job) -> MovePlan:
            service, engine = channels(), self._context.require_engine()
            ask = service.plan_off if off else service.plan
            return ask(engine, snapshot, version, channel, job.token, here_only=here_only)

        self._latest.submit(
            work,
            title=tr("See where {channel} is", channel=channel),
            on_result=self._planned,
            on_error=self._failed,
        )

    def _planned(self, plan: MovePlan) -> None:
        self._plan = plan
        self.asking.hide()
        self.facts.set_rows(list(_facts(plan)))
        if plan.problems:
            error = plan.problems[0]
            self._say(error.message, error.hint, Tone.BAD)
        elif not plan.alters:
            self._say(already_text(plan), "", Tone.ACCENT)
        elif plan.broken:
            sentence = tr("The rules of {channel} are not met.", channel=plan.channel)
            self._say(sentence, "\n".join(one.why for one in plan.broken), Tone.WARNING)
        self._check()

    def _failed(self, error: ModelDeskError) -> None:
        self.asking.hide()
        self._say(error.message, error.hint, Tone.BAD)

    def _say(self, sentence: str, reason: str, tone: Tone) -> None:
        sentence = presentation.printable(sentence)
        reason = "\n".join(map(presentation.printable, reason.splitlines()))
        self.banner.present(Notice(sentence, reason, tone=tone, closable=False))

    def _check(self) -> None:
        """Offer what can be done now."""
        plan = self._plan
        broken = plan is not None and bool(plan.broken) and not plan.problems
        self.overrule.setVisible(broken and plan is not None and plan.alters)
        reason = bool(self.why.text().strip())
        overruled = self.overrule.isChecked() and reason
        if broken and self.overrule.isChecked() and not reason:
            self.why_field.set_error(tr("A rule is overruled with a reason only."))
        else:
            self.why_field.clear_error()
        fit = plan is not None and not plan.problems and plan.alters
        self.accept_button.setEnabled(fit and (not broken or overruled))
        self.command.set_text(self._command(broken=broken))

    def _command(self, *, broken: bool) -> str:
        version = self._version
        words = ["modeldesk", "channel", "clear" if self._off else "set", version.key.model]
        words += [self._channel, version.name]
        why = self.why.text().strip()
        if why:
            words += ["--why", why]
        if broken and self.overrule.isChecked():
            words.append("--override")
        if self._hosts() and not self.in_registry.isChecked():
            words.append("--here-only")
        return presentation.printable(shlex.join(words))

    def _accept(self) -> None:
        if self._plan is not None and self.accept_button.isEnabled():
            override = bool(self._plan.broken) and self.overrule.isChecked()
            self._moves.move(self._plan, self.why.text().strip(), override=override)
            self.accept()


def _facts(plan: MovePlan) -> Iterator[KeyValue]:
    """Versions, then at each place from which digest to which."""
    nothing = tr("nothing")
    before, after = (
        presentation.shortened(name, _LONGEST_NAME) or nothing for name in (plan.before, plan.after)
    )
    yield KeyValue(tr("Version"), f"{before} → {after}")
    for step, name in zip(plan.steps, place_names(plan.steps), strict=True):
        before, after = (short(one) or nothing for one in (step.before, step.after))
        lines = (str(step.reference), step.before or nothing, f"→ {step.after or nothing}")
        yield KeyValue(name, f"{before} → {after}", tooltip="\n".join(lines), mono=True)


def _check(text: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setFont(font(TextStyle.BODY))
    return box
