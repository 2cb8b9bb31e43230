"""The clean-up page. It is a dry run until one question is answered with yes."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from modeldesk.core.changes import Changes
from modeldesk.core.cleanup.candidates import Candidate, Reason, find_candidates
from modeldesk.core.cleanup.holds import Deployments, needs_of
from modeldesk.core.cleanup.rules import KeepRules
from modeldesk.core.engine.model import BuildCache, Connection, ConnectionState
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.library.removing import PRUNE_COMMAND, RemovalRun
from modeldesk.core.settings import Settings
from modeldesk.core.words import tr
from modeldesk.ui.cleanup.footer import Footer
from modeldesk.ui.cleanup.lines import CACHE, Line, Sheet, make_sheet, rule_text
from modeldesk.ui.cleanup.rules import OwnRulesDialog, RuleBar
from modeldesk.ui.cleanup.table import CandidateTable
from modeldesk.ui.context import Context
from modeldesk.ui.links import CleanupLink, LibraryLink, Link
from modeldesk.ui.removal.dialog import RemoveDialog
from modeldesk.ui.removal.task import RemovalTask, outcome_text, refusals_text
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.list_page import ListFaces, frame_list_page

_PAINTED_MS = 20
_NAMED_IN_COMMAND = 30
"""Of a long command so much is shown; it is copied whole."""


class CleanupPage(QWidget):
    """Made again from every snapshot, in a worker; what is chosen stays chosen while it is
    there. Untagged images are chosen from the start, versions never."""

    def __init__(
        self,
        context: Context,
        loaded: Callable[[], bool],
        releases: Deployments,
        parent: QWidget | None = None,
    ) -> None:
        """`loaded` says whether a list of images has been read yet."""
        super().__init__(parent)
        self._context = context
        self._loaded = loaded
        self._releases = releases
        self._sheet: Sheet | None = None
        self._cache = BuildCache()
        self._seen: frozenset[str] = frozenset()
        self._awaited: ModelName | None = None
        self._rules = KeepRules.of(context.settings.current)
        self._busy = False
        self._planning = Latest(context.tasks, self)
        self._reading_cache = Latest(context.tasks, self)
        self._removing = RemovalTask(context, self)
        self._soon = QTimer(self, singleShot=True, interval=_PAINTED_MS)
        self.bar = RuleBar(context.settings)
        self.banner = Banner(context.theme)
        self.table = CandidateTable(context.theme)
        self.footer = Footer()
        self._lay_out()
        self._connect()
        self._plan()

    def widget(self) -> QWidget:
        """The page itself."""
        return self

    def shown(self) -> None:
        """Look at everything again: deployments and the cache may have changed meanwhile. First
        the page is painted, though: a worker beside that would hold it up."""
        self._soon.start()

    def activate(self, link: Link) -> None:
        """Go to the old versions of a model, once they are known."""
        if isinstance(link, CleanupLink) and link.model is not None:
            self._awaited = link.model
            self._arrive()

    @property
    def chosen(self) -> list[Candidate]:
        """The candidates that would go."""
        return self._sheet.candidates(self.table.lines.chosen) if self._sheet else []

    @property
    def empties_cache(self) -> bool:
        """Whether the build cache is chosen."""
        return f"{CACHE} all" in self.table.lines.chosen

    def _lay_out(self) -> None:
        card = Card(padded=False)
        card.body.addWidget(self.table)
        filled = QWidget()
        inside = QVBoxLayout(filled)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(Space.M)
        inside.addWidget(card, 1)
        inside.addWidget(self.footer)
        self._faces = ListFaces(self._context.theme, Icon.CLEAN, filled)
        self._faces.empty.action_chosen.connect(lambda: self._context.navigate(LibraryLink()))
        about = tr(
            "What could go from this engine. What is in use, or can be rolled back to, is "
            "locked and says why."
        )
        frame_list_page(self, tr("Clean up"), about, (self.bar, self.banner), self._faces)

    def _connect(self) -> None:
        context, hub = self._context, self._context.hub
        hub.snapshot_changed.connect(lambda _: self._plan_if_seen())
        hub.changed.connect(self._changed)
        hub.connection_changed.connect(self._connection_changed)
        context.settings.changed.connect(self._settings_changed)
        self.table.lines.chosen_changed.connect(self._tell)
        self.table.row_activated.connect(self._go_to)
        self.table.context_requested.connect(self._open_menu)
        self.footer.remove_asked.connect(self.confirm)
        self.footer.nothing_asked.connect(lambda: self.table.lines.choose(()))
        self.bar.own_asked.connect(self.open_rules)
        self.banner.action_chosen.connect(lambda _: self._look_again())
        self._soon.timeout.connect(self._look_again)
        keys = QKeySequence(QKeySequence.StandardKey.Delete)
        delete = QShortcut(keys, self.table, context=Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self.footer.remove.click)

    def _look_again(self) -> None:
        self._plan()
        self._read_cache()

    def _plan_if_seen(self) -> None:
        # While layers come in there is no figure to give yet.
        reading = self._sheet is not None and self._context.hub.snapshot.missing_details
        if self.isVisible() and not reading:
            self._plan()

    def _plan(self) -> None:
        if not self._loaded():
            self._faces.show_waiting()
            return
        snapshot, rules, cache = self._context.hub.snapshot, self._rules, self._cache

        def work(_: Job) -> Sheet:
            needs = needs_of(self._releases, self._context.require_engine().identity().id)
            cleanup = find_candidates(snapshot, needs, rules, datetime.now(UTC))
            return make_sheet(cleanup, rules, cache)

        self._planning.submit(
            work,
            title=tr("Look for what could go"),
            on_result=self._show_sheet,
            on_error=self._not_planned,
        )

    def _show_sheet(self, sheet: Sheet) -> None:
        self._sheet = sheet
        keys = frozenset(line.key for line in sheet.lines)
        new = {line.key for line in sheet.lines if _is_chosen_at_first(line)} - self._seen
        self._seen = keys
        self.table.show_lines(sheet.lines, self.table.lines.chosen | new)
        if sheet.lines:
            self._faces.show_filled()
            self._arrive()
        else:
            self._show_empty()

    def _show_empty(self) -> None:
        rule = rule_text(self._rules.general)
        self._faces.show_empty(
            tr("Nothing to clean up: every image has a name, and every version is kept."),
            tr(
                "Images that lose their last tag come here, and versions beyond {rule} of their "
                "model, and those in the channel “deprecated”.",
                rule=rule,
            ),
            tr("Go to the library"),
        )

    def _not_planned(self, error: ModelDeskError) -> None:
        # Without the records it is not known what can be rolled back to: nothing is offered.
        self._sheet = None
        self.table.show_lines((), ())
        self._faces.show_filled()
        self.banner.present(Notice(error.message, error.hint, (tr("Try again"),)))

    def _tell(self) -> None:
        sheet, chosen, empties = self._sheet, self.chosen, self.empties_cache
        if sheet is None or not (chosen or empties):
            self.footer.show_nothing()
            return
        images = {one.key.image: one.version.size_bytes for one in chosen}
        of_images = sheet.cleanup.bytes_back(chosen)
        emptied = self._cache.own_bytes if empties else 0
        self.footer.show_set(
            len(images),
            sum(images.values()),
            None if of_images is None else of_images + emptied,
            0 if empties else min(of_images or 0, self._cache.shared_bytes),
            self._command(chosen[:_NAMED_IN_COMMAND], short=len(chosen) > _NAMED_IN_COMMAND),
            lambda: self._command(chosen),
            self._why_not(),
        )

    def _command(self, chosen: list[Candidate], *, short: bool = False) -> str:
        command = self._sheet.cleanup.plan(chosen).command if self._sheet else ""
        if short:
            command += " …"
        prune = PRUNE_COMMAND if self.empties_cache else ""
        return " && ".join(filter(None, (command, prune)))

    def _why_not(self) -> str:
        if self._context.engine() is None:
            return tr("The engine is away.")
        return tr("A clean-up is under way.") if self._busy else ""

    def confirm(self) -> RemoveDialog | None:
        """Ask, with everything that goes in sight; None where nothing can go."""
        sheet = self._sheet
        if sheet is None or self._why_not() or not (self.chosen or self.empties_cache):
            return None
        dialog = RemoveDialog(
            sheet.cleanup.planner,
            [one.version for one in self.chosen],
            self._remove,
            self,
            cache=self._cache,
            empty_cache=self.empties_cache,
        )
        dialog.open()
        return dialog

    def _remove(self, run: RemovalRun) -> None:
        self._busy = True
        self.banner.dismiss()
        self._tell()
        self._removing.start(run, CleanupLink(), self._removed)

    def _removed(self, run: RemovalRun) -> None:
        self._busy = False
        self._read_cache()
        self._tell()
        if run.outcome.failed:
            counted, why = outcome_text(run.outcome), refusals_text(run.outcome)
            self.banner.present(Notice(counted, why, tone=Tone.WARNING))

    def open_rules(self, model: ModelName | None = None) -> OwnRulesDialog:
        """Show the rules of single models, beginning with `model`."""
        names = [one.name for one in self._context.hub.snapshot.models]
        dialog = OwnRulesDialog(self._context.settings, names, model, self)
        dialog.open()
        return dialog

    def _read_cache(self) -> None:
        engine = self._context.engine()
        if engine is None:
            return
        self._reading_cache.submit(
            lambda _: engine.build_cache(),
            title=tr("Read the build cache"),
            on_result=self._cache_came,
            on_error=lambda _: self._cache_came(BuildCache()),
        )

    def _cache_came(self, cache: BuildCache) -> None:
        if cache != self._cache:
            self._cache = cache
            self._plan()

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if changes.deployments:
            self._plan_if_seen()

    def _connection_changed(self, connection: Connection) -> None:
        if connection.state is ConnectionState.CONNECTED and self.isVisible():
            self._read_cache()
        self._tell()

    def _settings_changed(self, settings: Settings) -> None:
        rules = KeepRules.of(settings)
        if rules != self._rules:
            self._rules = rules
            self._plan()

    def _arrive(self) -> None:
        heading = f"{Reason.OLD.value} {self._awaited}"
        if self._awaited is not None and self.table.select_key(heading):
            self._awaited = None

    def _line(self, key: str) -> Line:
        return self.table.lines.row(self.table.lines.index_of(key).row())

    def _go_to(self, key: str) -> None:
        candidate = self._line(key).candidate
        if candidate is not None:
            self._context.navigate(LibraryLink(candidate.key.model, candidate.key.image))

    def _open_menu(self, key: str, place: QPoint) -> None:
        menu = self.menu(key)
        if menu is not None:
            menu.popup(place)

    def menu(self, key: str) -> QMenu | None:
        """What can be done with a line; None for one that is no version."""
        candidate = self._line(key).candidate
        if candidate is None:
            return None
        version = candidate.version
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addAction(tr("Show in library"), lambda: self._go_to(key))
        if candidate.reason is not Reason.UNTAGGED:
            menu.addAction(tr("Keep rule…"), lambda: self.open_rules(version.key.model))
        menu.addSeparator()
        name = str(version.references[0]) if version.references else version.key.image
        menu.addAction(tr("Copy reference"), lambda: QGuiApplication.clipboard().setText(name))
        return menu


def _is_chosen_at_first(line: Line) -> bool:
    one = line.candidate
    return one is not None and one.reason is Reason.UNTAGGED and not one.locked
