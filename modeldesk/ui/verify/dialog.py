"""Makes a version again, says how far that is, and then what differs."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.compare.config import setting_name
from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.library.model import Version
from modeldesk.core.verify.model import HARMLESS, Verdict, Verification
from modeldesk.core.verify.service import VerifyService
from modeldesk.core.verify.words import advice, cause_text, examples_text, verdict_text
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.handle import TaskHandle
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.progress_page import progress_page
from modeldesk.ui.widgets.task_progress import TaskProgress
from modeldesk.ui.widgets.two_line_list import TwoLineList, TwoLineRow

_TONES = {
    Verdict.IDENTICAL: Tone.GOOD,
    Verdict.EQUIVALENT: Tone.GOOD,
    Verdict.DIFFERENT: Tone.BAD,
}


class VerifyDialog(QDialog):
    """Begins at once. Closing it ends the work."""

    def __init__(
        self,
        context: Context,
        verify: Callable[[], VerifyService],
        version: Version,
        parent: QWidget,
    ) -> None:
        super().__init__(parent.window())
        self._context = context
        self._verify = verify
        self._version = version
        self.setWindowTitle(tr("Rebuild and verify"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 520)
        name = presentation.printable(f"{version.key.model} {version.name}")
        self.title = Label(tr("Is {name} what its commit makes?", name=name),
                           TextStyle.SUBTITLE, wrap=True)  # fmt: skip
        self.banner = Banner(context.theme)
        self.verdict = Label("", TextStyle.STRONG, wrap=True, selectable=True)
        self.list = TwoLineList(context.theme, lined=True, name=tr("What differs"))
        self.advice = Label("", TextStyle.BODY, "muted", wrap=True)
        self.progress = TaskProgress(context.theme, vertical=True)
        self.cancel = PlainButton(tr("Cancel"))
        self.cancel.clicked.connect(self.close)
        self.close_button = PlainButton(tr("Close"))
        self.close_button.clicked.connect(self.close)
        self._faces = QStackedWidget()
        self._arrange()
        self._handle = self._start()

    def done(self, result: int) -> None:
        self._handle.abandon()
        super().done(result)

    def _arrange(self) -> None:
        result = QWidget()
        inside = QVBoxLayout(result)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(Space.M)
        inside.addWidget(self.verdict)
        inside.addWidget(self.list, 1)
        inside.addWidget(self.advice)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.close_button)
        inside.addLayout(last)
        self._faces.addWidget(progress_page(self.progress, self.cancel))
        self._faces.addWidget(result)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.title)
        column.addWidget(self.banner)
        column.addWidget(self._faces, 1)
        self.progress.set_state(tr("Building it again, every step of it"), None)

    def _start(self) -> TaskHandle[Verification]:
        context, version, settings = self._context, self._version, self._context.settings.current
        snapshot, service = context.hub.snapshot, self._verify

        def work(job: Job) -> Verification:
            engine, verify = context.require_engine(), service()
            request = verify.request_for(engine, version, None, snapshot, settings, job)
            return verify.again(engine, version.key.image, request, job, lambda _: None)

        name = f"{version.key.model} {version.name}"
        return context.tasks.submit(
            work,
            lane=Lane.TRANSFER,
            title=tr("Verify {name}", name=presentation.printable(name)),
            owner=self,
            on_result=self.show_result,
            on_error=self._failed,
            on_progress=self._on_progress,
        )

    def _on_progress(self, progress: Progress) -> None:
        self.progress.set_state(presentation.progress(progress), progress.fraction)

    def _failed(self, error: ModelDeskError) -> None:
        self.banner.present(Notice(error.message, error.hint, tone=Tone.BAD, closable=False))
        self.verdict.setText("")
        self.list.hide()
        self._faces.setCurrentIndex(1)
        self.close_button.setFocus()

    def show_result(self, found: Verification) -> None:
        """Say what came of it."""
        self.list.show()
        self.verdict.setText(verdict_text(found))
        self.verdict.set_color("good" if _TONES[found.verdict] is Tone.GOOD else "bad")
        rows = [*_rows(found), *_same(found)]
        self.list.set_rows(rows)
        self.advice.setText("\n".join(advice(found)))
        self._faces.setCurrentIndex(1)
        (self.list if rows else self.close_button).setFocus()


def _same(found: Verification) -> Iterator[TwoLineRow]:
    """What needs no explanation, last."""
    same = [(n, one) for n, one in enumerate(found.layers, 1) if not one.causes]
    if same:
        count = presentation.count(len(same))
        yield TwoLineRow("same", tr("The same in both"), right=count, header=True)
    for number, layer in same:
        made = presentation.printable(without_secrets(layer.instruction))
        yield TwoLineRow(
            f"same {number}",
            tr("the same diff ID"),
            made,
            right=tr("layer {number}", number=number),
            dot=Tone.GOOD,
            mono_subtitle=True,
            tooltip=made,
        )


def _rows(found: Verification) -> Iterator[TwoLineRow]:
    for number, layer in enumerate(found.layers, 1):
        made = presentation.printable(without_secrets(layer.instruction))
        for cause, because in layer.causes.items():
            examples = examples_text(because)
            yield TwoLineRow(
                f"{number} {cause.value}",
                cause_text(cause, because),
                examples or made,
                right=tr("layer {number}", number=number),
                dot=Tone.NEUTRAL if cause in HARMLESS else Tone.BAD,
                mono_subtitle=True,
                tooltip="\n".join(filter(None, (made, examples))),
            )
    for one in found.config:
        name = " ".join(filter(None, (setting_name(one.setting), one.name)))
        yield TwoLineRow(
            f"config {name}",
            presentation.printable(name),
            presentation.printable(f"{one.left or '–'} → {one.right or '–'}"),
            right=tr("configuration"),
            dot=Tone.BAD,
            mono_subtitle=True,
        )
