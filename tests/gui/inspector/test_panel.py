"""The inspector: everything of one version, as plain text, and never of another one."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.core.attached.service import MetadataService
from modeldesk.core.contents.model import EngineImage
from modeldesk.core.errors import EngineError
from modeldesk.core.ids import ImageId
from modeldesk.core.images import ImageConfig, ImageDetail
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import LibrarySnapshot, Model, Version
from modeldesk.core.library.service import Library
from modeldesk.core.ports import ImageEngine
from modeldesk.ui.inspector.advice_dialog import AdviceDialog
from modeldesk.ui.inspector.panel import Inspector, inspector_tabs
from modeldesk.ui.inspector.secret_note import SecretNote
from modeldesk.ui.inspector.waste_window import WasteWindow
from modeldesk.ui.making import at_once
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.layer_stack import LayerStack
from modeldesk.ui.widgets.two_line_list import TwoLineList
from tests.fakes.contents import FakeContents
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_images import Step
from tests.fakes.records import FakeImageRecords, FakeMetadataRecords
from tests.fakes.registry import FakeRegistries
from tests.gui.inspector.images import sample
from tests.gui.parts import CONNECTED, make_context

CONFIG = ImageConfig(
    command=("python", "serve.py"),
    environment=("MODEL=/models",),
    exposed_ports=("5000/tcp",),
    healthcheck=("CMD-SHELL", "curl -f localhost || exit 1"),
)
SECRETIVE = ImageConfig(
    command=("serve", "--password", "s3cret"),
    environment=("MODEL=/models", "API_TOKEN=s3cret", "STORE=redis://:s3cret@store/0"),
    healthcheck=("CMD-SHELL", "curl -H 'X-Api-Key: s3cret' localhost"),
)


class Details:
    """Answers when it is let; the first answer can be held back."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.held: ImageId | None = None
        self.let_go = threading.Event()
        self.asked: list[ImageId] = []
        self.problem: EngineError | None = None

    def detail(self, engine: ImageEngine, image: ImageId) -> ImageDetail:
        self.asked.append(image)
        if self.problem is not None:
            raise self.problem
        if image == self.held:
            self.let_go.wait(5)
        return self.library.detail(engine, image)


class Shown:
    """An inspector, and two versions to show in it."""

    def __init__(
        self,
        theme: Theme,
        tasks: TaskRunner,
        folder: Path,
        contents: FakeContents | None = None,
    ) -> None:
        self.engine = FakeEngine()
        for number in (1, 2):
            self.engine.add_image(
                f"registry.lan:5000/team/m:v{number}.0.0",
                steps=[
                    Step(f"COPY w{number}.safetensors /models/", number * 1_000_000),
                    Step("<b>RUN</b> <script>", 5, str(number)),
                ],
                labels={
                    "io.modeldesk.model.framework": "<i>ONNX</i>",
                    "io.modeldesk.model.metrics": '{"seed": 20250405.0, "parameters": 3610}',
                    "other": "x",
                },
                config=CONFIG,
            )
        self.engine.add_image(
            "registry.lan:5000/team/m:v3.0.0",
            steps=[
                Step('RUN curl -H "Authorization: Bearer s3cret" https://lan/x', 7),
                Step("ENV API_KEY=s3cret", 0),
            ],
            labels={"api_key": "s3cret"},
            config=SECRETIVE,
        )
        library = Library(FakeImageRecords())
        library.reload(self.engine)
        self.details = Details(library)
        self.snapshot: LibrarySnapshot = library.fill_details(self.engine, Job(), lambda _: None)
        self.context = make_context(theme, tasks, folder, engine=lambda: self.engine)
        contents = contents or FakeContents(sample(), is_known=False)
        self.registries = FakeRegistries("registry.lan:5000")
        self.metadata = MetadataService(
            FakeMetadataRecords(), lambda: self.registries, lambda: "Ann", lambda: datetime.now(UTC)
        )
        tabs = at_once(inspector_tabs(self.context, contents, lambda: self.metadata))
        self.panel = Inspector(self.context, self.details, tabs)

    @property
    def model(self) -> Model:
        return self.snapshot.models[0]

    def version(self, name: str) -> Version:
        return next(v for v in self.model.versions if v.name == name)

    def show(self, name: str, tab: int = 0) -> None:
        self.panel.tabs.setCurrentIndex(tab)
        self.panel.show_version(self.model, self.version(name))


@pytest.fixture
def shown(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Iterator[Shown]:
    made = Shown(theme, tasks, tmp_path)
    made.panel.resize(372, 800)
    made.panel.show()
    qtbot.addWidget(made.panel)
    yield made
    made.details.let_go.set()


def test_layers_are_listed_top_first_with_size_and_share(shown: Shown) -> None:
    shown.show("v2.0.0")
    rows = shown.panel.layers.list.rows()
    assert [row.subtitle for row in rows[:2]] == [
        "<b>RUN</b> <script>",
        "COPY w2.safetensors /models/",
    ]
    assert rows[1].title == "Model weights"
    assert rows[1].title_note == "in 1 version"
    assert rows[1].right == "2.00 MB"
    figures = {row.label: row.value for row in shown.panel.layers.figures.rows()}
    assert figures["Only in this version"] == "2.00 MB"
    assert figures["Layers"] == str(len(rows))


def test_a_picked_layer_tells_all_of_itself(qtbot: QtBot, shown: Shown) -> None:
    shown.show("v2.0.0")
    layers = shown.version("v2.0.0").layers
    assert layers is not None
    key = str(len(layers) - 2)
    shown.panel.layers.stack.segment_clicked.emit(key)
    detail = shown.panel.layers.detail
    assert detail.isVisible()
    assert detail.instruction.toPlainText() == "COPY w2.safetensors /models/"
    assert detail.exact.text() == "2,000,000 bytes"
    assert shown.panel.layers.list.current_key() == key
    shown.show("v1.0.0")
    assert not detail.isVisible()


def test_a_seed_is_read_digit_by_digit_and_a_count_is_not(shown: Shown) -> None:
    shown.show("v2.0.0", tab=2)
    figures = {row.label: row.value for row in shown.panel.metadata.registered.metrics.rows()}
    assert figures == {"seed": "20250405", "parameters": "3,610"}


def test_a_newer_choice_supersedes_the_answer_to_the_older(qtbot: QtBot, shown: Shown) -> None:
    first, _second = shown.version("v1.0.0").key.image, shown.version("v2.0.0").key.image
    shown.details.held = first
    shown.show("v1.0.0", tab=4)
    qtbot.waitUntil(lambda: shown.details.asked == [first])
    shown.show("v2.0.0", tab=4)
    lines = shown.panel.history.list
    qtbot.waitUntil(lambda: any("w2.safetensors" in r.subtitle for r in lines.rows()))
    shown.details.let_go.set()
    qtbot.waitUntil(lambda: not shown.context.tasks.active)
    QApplication.processEvents()
    assert not any("w1.safetensors" in row.subtitle for row in lines.rows())


def test_a_detail_is_asked_for_once_and_only_when_looked_at(qtbot: QtBot, shown: Shown) -> None:
    shown.show("v1.0.0")
    assert shown.details.asked == []
    shown.panel.tabs.setCurrentIndex(3)
    qtbot.waitUntil(lambda: bool(shown.panel.config.start.facts()))
    shown.panel.tabs.setCurrentIndex(4)
    shown.panel.show_version(shown.model, shown.version("v1.0.0"))
    assert len(shown.details.asked) == 1


def told_anywhere(widget: QWidget) -> str:
    """Every text, tooltip and accessible text of what is shown, rows too."""
    parts = list[str]()
    for one in (widget, *widget.findChildren(QWidget)):
        parts += (one.toolTip(), one.accessibleName(), one.accessibleDescription())
        if isinstance(one, QLabel | QAbstractButton):
            parts.append(one.text())
        elif isinstance(one, QPlainTextEdit):
            parts.append(one.toPlainText())
        elif isinstance(one, TwoLineList):
            parts += map(str, one.rows())
        elif isinstance(one, LayerStack):
            parts += map(str, one._segments)
    return "\n".join(parts)


@pytest.mark.parametrize("tab", [0, 2, 3, 4])
def test_secrets_are_shown_nowhere_and_said_to_be_in_the_image(
    qtbot: QtBot, shown: Shown, tab: int
) -> None:
    shown.show("v3.0.0", tab=tab)
    qtbot.waitUntil(lambda: not shown.context.tasks.active)
    panel = shown.panel
    for rows in panel.findChildren(TwoLineList):
        for row in rows.rows():
            rows.row_selected.emit(row.key)
            if "curl" in row.subtitle:
                break
    notes = [note for note in panel.findChildren(SecretNote) if note.isVisible()]
    assert len(notes) == 1
    page = panel.tabs.widget(tab)
    assert page is not None
    told = told_anywhere(page)
    assert "••••••" in told
    assert "s3cret" not in told
    for line in page.findChildren(LinkButton):
        if line.text() == "copy" and line.isVisible():
            line.click()
            assert "s3cret" not in QApplication.clipboard().text()
    shown.show("v1.0.0", tab=tab)
    qtbot.waitUntil(lambda: not shown.context.tasks.active)
    assert not any(note.isVisible() for note in notes)


def test_the_configuration_is_told_in_words(qtbot: QtBot, shown: Shown) -> None:
    shown.show("v1.0.0", tab=3)
    start = shown.panel.config.start
    qtbot.waitUntil(lambda: bool(start.facts()))
    facts = {fact.name: fact.value for fact in start.facts()}
    assert facts["Command"] == "python serve.py"
    assert facts["User"] == "root, because the image names no other"
    assert facts["Health check"] == "curl -f localhost || exit 1"
    assert facts["Platform"] == "linux/amd64"


def test_history_is_oldest_first_with_what_made_no_layer(qtbot: QtBot, shown: Shown) -> None:
    shown.show("v1.0.0", tab=4)
    lines = shown.panel.history.list
    qtbot.waitUntil(lambda: bool(lines.rows()))
    rows = lines.rows()
    assert rows[0].title == "ADD"
    assert rows[1].title == "CMD"
    assert rows[1].right_note == "no layer"
    assert rows[-2].subtitle == "w1.safetensors /models/"


def test_a_failure_is_said_with_another_try(qtbot: QtBot, shown: Shown) -> None:
    shown.details.problem = EngineError("The engine would not say.")
    shown.show("v1.0.0", tab=3)
    qtbot.waitUntil(lambda: not shown.context.tasks.active)
    shown.details.problem = None
    shown.panel._ask_again()
    qtbot.waitUntil(lambda: bool(shown.panel.config.start.facts()))


def test_metadata_puts_known_labels_first_and_copies_the_whole_digest(shown: Shown) -> None:
    shown.show("v1.0.0", tab=2)
    metadata = shown.panel.metadata
    about = {fact.name: fact.value for fact in metadata.about.facts()}
    assert about["Framework"] == "<i>ONNX</i>"
    assert [(fact.name, fact.value) for fact in metadata.labels.facts()] == [("other", "x")]
    image = shown.version("v1.0.0").key.image
    metadata.names.lines()[-1].copy.click()
    assert QApplication.clipboard().text() == image


def test_no_version_is_said(shown: Shown) -> None:
    shown.panel.show_version(None, None)
    assert not shown.panel.tabs.isVisible()


def test_what_the_files_tell_stands_among_the_layers(
    qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path
) -> None:
    made = Shown(theme, tasks, tmp_path, FakeContents(sample()))
    panel = made.panel
    qtbot.addWidget(panel)
    panel.resize(372, 800)
    panel.show()
    made.context.hub.publish_connection(CONNECTED)
    panel.show_version(made.model, made.version("v2.0.0"))
    layers = panel.layers
    qtbot.waitUntil(layers.largest.isVisible, timeout=5000)
    figures = {row.label: row.value for row in layers.figures.rows()}
    assert figures["Reclaimable"] == "38.0 MB"
    assert figures["Efficiency"] == "97.2 %"
    assert figures["Compressed in registry"] == "538 MB"
    assert layers.largest.title.text() == "Largest files in System packages"
    layers.stack.segment_clicked.emit("3")
    assert layers.largest.title.text() == "Largest files in Model weights"
    qtbot.waitUntil(layers.advice.isVisible, timeout=5000)
    assert layers.saving.text().startswith("save ≈ ")
    layers.advice.click()
    dialog = panel.findChild(AdviceDialog)
    assert dialog is not None
    assert dialog.cards
    assert f"{len(dialog.cards)} suggestion" in layers.advice.text()
    dialog.close()
    layers.waste.click()
    waste = panel.findChild(WasteWindow)
    assert waste is not None
    qtbot.waitUntil(lambda: waste.model.rowCount() == 3, timeout=5000)
    waste.close()
    layers.largest.list.row_activated.emit("0")
    files = panel.files
    assert panel.tabs.currentWidget() is files
    qtbot.waitUntil(
        lambda: files.browser.tree.current_path() == b"models/recommendation_v2.safetensors",
        timeout=5000,
    )
    qtbot.waitUntil(lambda: not tasks.active, timeout=5000)
    made.details.let_go.set()


def test_files_that_were_not_read_are_offered_among_the_layers(
    qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path
) -> None:
    source = FakeContents(sample(), is_known=False)
    made = Shown(theme, tasks, tmp_path, source)
    panel = made.panel
    qtbot.addWidget(panel)
    panel.resize(372, 800)
    panel.show()
    made.context.hub.publish_connection(CONNECTED)
    panel.show_version(made.model, made.version("v2.0.0"))
    qtbot.waitUntil(panel.layers.look_inside.isVisible, timeout=5000)
    assert not panel.layers.advice.isVisible()
    panel.layers.look_inside.click()
    files = panel.files
    qtbot.waitUntil(lambda: files.browser.tree_model.rowCount() > 0, timeout=5000)
    place = source.read_places[0]
    assert isinstance(place, EngineImage)
    assert (place.image, place.name) == (
        made.version("v2.0.0").key.image,
        "registry.lan:5000/team/m:v2.0.0",
    )
    qtbot.waitUntil(lambda: not tasks.active, timeout=5000)
    made.details.let_go.set()


def test_the_base_is_the_one_that_the_library_found(
    qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path
) -> None:
    source = FakeContents(sample(), is_known=False)
    made = Shown(theme, tasks, tmp_path, source)
    tools = Step("COPY tools /", 9)
    made.engine.add_image("tools/shared:v3", steps=[tools], base=())
    made.engine.add_image("mine:v1", steps=[tools, Step("COPY x /", 1)], base=())
    library = Library(FakeImageRecords())
    library.reload(made.engine)
    snapshot = library.fill_details(made.engine, Job(), lambda _: None)
    qtbot.addWidget(made.panel)
    made.context.hub.publish_connection(CONNECTED)
    made.context.hub.publish_snapshot(snapshot)
    mine = next(model for model in snapshot.models if model.name == "mine")
    made.panel.show_version(mine, mine.versions[0])
    qtbot.waitUntil(lambda: source.base_layers == 1, timeout=5000)
    qtbot.waitUntil(lambda: not tasks.active, timeout=5000)
    made.details.let_go.set()


def test_labels_are_laid_out_for_the_version_that_is_looked_at_only(shown: Shown) -> None:
    shown.show("v1.0.0")
    shown.show("v2.0.0")
    metadata = shown.panel.metadata
    assert not metadata.registered.metrics.rows()
    shown.panel.tabs.setCurrentIndex(2)
    assert [row.label for row in metadata.registered.metrics.rows()] == ["parameters", "seed"]
    shown.panel.tabs.setCurrentIndex(0)
    shown.show("v1.0.0")
    metadata.registered.metrics.set_rows(())
    shown.panel.tabs.setCurrentIndex(2)
    assert metadata.registered.metrics.rows()
