"""The texts of a build, checked while they are typed."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from modeldesk.core.errors import FolderError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.model import Finding, Report
from modeldesk.core.lint.service import Linter
from modeldesk.core.model_folder.listing import Listing
from modeldesk.core.words import tr
from modeldesk.ui.build.findings_panel import TONES, FindingsPanel, spoken_of
from modeldesk.ui.build.planned_files import PlannedFiles
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.widgets.code_marks import CodeMark
from modeldesk.ui.widgets.code_view import CodeView

PAUSE_MS = 300
"""Typing goes on until nothing was typed for so long."""


class TextCheck(QObject):
    """Checks one text a moment after it changed, and shows what was found at its lines. A newer
    check supersedes the one before."""

    checked = Signal(object)
    """The `Report` about the text as it stands."""

    def __init__(
        self,
        tasks: TaskRunner,
        view: CodeView,
        panel: FindingsPanel,
        work: Callable[[str, CancelToken], Report],
        parent: QObject,
        lane: Lane = Lane.INTERACTIVE,
    ) -> None:
        """`work` checks a text in a worker of `lane`."""
        super().__init__(parent)
        self._lane = lane
        self._view, self._panel, self._work = view, panel, work
        self._latest = Latest(tasks, self)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.now)
        view.text_changed.connect(self.soon)
        panel.chosen.connect(lambda finding: view.show_line(finding.span.line))
        panel.entered.connect(lambda finding: view.go_to(_mark(finding)))
        panel.fix_asked.connect(self._fix)

    def soon(self) -> None:
        """Check once nothing was typed for a moment."""
        self._panel.wait()
        self._pause.start()

    def now(self) -> None:
        """Check at once."""
        self._pause.stop()
        text, work = self._view.text(), self._work
        self._latest.submit(
            lambda job: work(text, job.token),
            title=tr("Check the Dockerfile and .dockerignore"),
            on_result=lambda report: self._show(text, report),
            lane=self._lane,
        )

    def stop(self) -> None:
        """Want no answer any more."""
        self._pause.stop()
        self._latest.cancel()

    def _show(self, text: str, report: Report) -> None:
        if text != self._view.text():
            return
        self._view.set_marks([_mark(one) for one in report.findings])
        self._panel.show_report(report)
        self.checked.emit(report)

    def _fix(self, finding: Finding) -> None:
        if finding.fix is not None:
            self._view.replace([(one.start, one.end, one.text) for one in finding.fix.edits])
            self.now()


class RecipeChecks(QObject):
    """Both texts: each is checked again when the other changes, as they are about each other."""

    ignore_checked = Signal(object)
    """The `Report` about the .dockerignore."""

    def __init__(
        self,
        tasks: TaskRunner,
        linter: Callable[[], Linter],
        dockerfile: tuple[CodeView, FindingsPanel],
        ignore: tuple[CodeView, FindingsPanel],
        parent: QObject,
    ) -> None:
        """`linter` is asked for in a worker."""
        super().__init__(parent)
        self._linter = linter
        self._files: PlannedFiles | None = None
        self._generated: frozenset[str] = frozenset()
        self._dockerfile_text = self._ignore_text = ""
        self._views = (dockerfile[0], ignore[0])
        self.dockerfile = TextCheck(tasks, *dockerfile, self._check_dockerfile, self)
        self.ignore = TextCheck(tasks, *ignore, self._check_ignore, self, Lane.FOLDER)
        self.ignore.checked.connect(self.ignore_checked)
        dockerfile[0].text_changed.connect(self._dockerfile_changed)
        ignore[0].text_changed.connect(self._ignore_changed)

    def show_folder(self, files: PlannedFiles, generated: Iterable[str]) -> None:
        """The texts are for those `files`, and for those that are `generated` for them."""
        self._files, self._generated = files, frozenset(generated)
        self.texts_set()

    def texts_set(self) -> None:
        """The program changed a text, which it does not tell as a person's edit."""
        self._note_texts()
        self.dockerfile.now()
        self.ignore.now()

    def _note_texts(self) -> None:
        """Workers ask for the other text, and may not ask a widget."""
        self._dockerfile_text, self._ignore_text = (view.text() for view in self._views)

    def _dockerfile_changed(self) -> None:
        self._note_texts()
        self.ignore.soon()

    def _ignore_changed(self) -> None:
        self._note_texts()
        self.dockerfile.soon()

    def _check_dockerfile(self, text: str, token: CancelToken) -> Report:
        return self._linter().dockerfile(text, token, self._around(token), self._ignore_text)

    def _check_ignore(self, text: str, token: CancelToken) -> Report:
        around = self._around(token)
        return self._linter().dockerignore(text, token, around, self._dockerfile_text)

    def _around(self, token: CancelToken) -> Listing | None:
        files, generated = self._files, self._generated
        try:
            return replace(files.get(token), generated=generated) if files is not None else None
        except FolderError:
            return None


def _mark(finding: Finding) -> CodeMark:
    span = finding.span
    return CodeMark(span.line, span.start, span.end, TONES[finding.severity], spoken_of(finding))
