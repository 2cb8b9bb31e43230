"""Channels in the window: one click, one question, and a history with a way back."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from modeldesk.core.channels.model import MoveState, Place, Step
from modeldesk.core.containers.model import ContainerSummary, Health, PortBinding
from modeldesk.core.errors import EngineError
from modeldesk.core.ids import ContainerId, ImageId, ModelName
from modeldesk.core.library.model import Version
from modeldesk.core.references import Reference
from modeldesk.ui.channels.history_dialog import HistoryDialog
from modeldesk.ui.channels.move_dialog import MoveDialog
from modeldesk.ui.channels.places import place_names
from modeldesk.ui.library.columns import version_chips
from modeldesk.ui.theme.tokens import Tone
from tests.contracts.channel_records_contract import MOVE
from tests.fakes.registry import FakeRegistry
from tests.gui.library.bench import Bench
from tests.unit.core.library.images import container

REC = ModelName("recommendation")
PATH = "team/recommendation"


@pytest.fixture
def registry(bench: Bench, images: dict[str, ImageId]) -> FakeRegistry:
    bench.push_all(PATH)
    return bench.registries.at("registry.lan:5000")


def version(bench: Bench, name: str) -> Version:
    entry = bench.choice.entry
    assert entry is not None
    return next(one for one in entry.versions if one.name == name)


def opened(
    qtbot: QtBot, bench: Bench, name: str, channel: str = "stable", *, off: bool = False
) -> MoveDialog:
    """The dialog, once it knows what there is."""
    dialog = bench.page.acts.move_channel(version(bench, name), channel, off=off)
    qtbot.waitUntil(dialog.asking.isHidden, timeout=3000)
    return dialog


def move(qtbot: QtBot, bench: Bench, name: str, channel: str, why: str = "") -> None:
    dialog = opened(qtbot, bench, name, channel)
    dialog.why.setText(why)
    said = len(bench.heard.sayings)
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: len(bench.heard.sayings) > said, timeout=3000)
    qtbot.waitUntil(lambda: channel in version(bench, name).channels, timeout=3000)


def tag_of(registry: FakeRegistry, tag: str) -> str:
    """The version that a tag of the registry names."""
    tags = registry.kept[PATH].tags
    return min((v for v, digest in tags.items() if v[0] == "v" and digest == tags.get(tag)),
               default="")  # fmt: skip


def entries(bench: Bench, name: str, title: str) -> dict[str, bool]:
    """The lines of a submenu of a version's menu, and whether each can be chosen."""
    menu = bench.page.acts.menu([version(bench, name)])
    found = next((one for one in menu.actions() if one.text() == title), None)
    submenu = found.menu() if found else None
    if not isinstance(submenu, QMenu):
        return {}
    return {one.text(): one.isEnabled() for one in submenu.actions()}


def test_a_channel_moves_here_and_in_the_registry(
    qtbot: QtBot, bench: Bench, registry: FakeRegistry
) -> None:
    dialog = opened(qtbot, bench, "v1.4.1", "candidate")
    facts = {one.label: one.value for one in dialog.facts.rows()}
    assert facts["Version"] == "v1.5.0-rc1 → v1.4.1"
    assert facts["registry.lan:5000"].count("→") == 1
    assert "nothing" not in facts["registry.lan:5000"]
    assert dialog.in_registry.text() == "Also in registry.lan:5000"
    dialog.why.setText("rc1 forgets")
    assert dialog.command.toPlainText() == (
        "modeldesk channel set recommendation candidate v1.4.1 --why 'rc1 forgets'"
    )
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: version(bench, "v1.4.1").channels == ("candidate",), timeout=3000)
    assert tag_of(registry, "candidate") == "v1.4.1"
    assert bench.heard.texts == ["candidate moved from v1.5.0-rc1 to v1.4.1."]
    saying = bench.heard.sayings[-1]
    assert saying.action == "Undo"
    assert saying.on_action is not None
    saying.on_action()
    qtbot.waitUntil(lambda: version(bench, "v1.5.0-rc1").channels == ("candidate",), timeout=3000)
    assert tag_of(registry, "candidate") == "v1.5.0-rc1"
    assert bench.heard.texts[-1] == "candidate is v1.5.0-rc1 again."


def test_what_moved_while_the_question_stood_is_left(
    qtbot: QtBot, bench: Bench, registry: FakeRegistry
) -> None:
    dialog = opened(qtbot, bench, "v1.4.1", "candidate")
    tags = registry.kept[PATH].tags
    tags["candidate"] = tags["v1.0.0"]
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: bool(bench.heard.texts), timeout=3000)
    assert "was moved meanwhile in registry.lan:5000" in bench.heard.texts[0]
    assert version(bench, "v1.5.0-rc1").channels == ("candidate",)
    assert tag_of(registry, "candidate") == "v1.0.0"


def test_a_rule_is_overruled_only_with_a_reason(
    qtbot: QtBot, bench: Bench, registry: FakeRegistry
) -> None:
    dialog = opened(qtbot, bench, "v1.4.1")
    assert dialog.banner.notice.sentence == "The rules of stable are not met."
    assert dialog.banner.notice.reason == "v1.4.1 was not candidate before."
    assert dialog.overrule.isVisible()
    assert not dialog.accept_button.isEnabled()
    dialog.overrule.setChecked(True)
    assert not dialog.accept_button.isEnabled()
    dialog.why.setText("v1.4.0 burns")
    assert dialog.accept_button.isEnabled()
    assert dialog.command.toPlainText().endswith("--why 'v1.4.0 burns' --override")
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: version(bench, "v1.4.1").channels == ("stable",), timeout=3000)
    kept = bench.channels.history(REC).moves[0]
    assert (kept.broken, kept.why) == (("after",), "v1.4.0 burns")


def test_what_was_candidate_may_become_stable(
    qtbot: QtBot, bench: Bench, registry: FakeRegistry
) -> None:
    dialog = opened(qtbot, bench, "v1.5.0-rc1")
    assert dialog.banner.isHidden()
    assert dialog.accept_button.isEnabled()
    dialog.reject()


def test_a_registry_that_is_away_can_be_left_out(
    qtbot: QtBot, bench: Bench, registry: FakeRegistry
) -> None:
    registry.is_away = True
    dialog = opened(qtbot, bench, "v1.4.1", "candidate")
    assert "does not answer" in dialog.banner.notice.sentence
    assert not dialog.accept_button.isEnabled()
    dialog.in_registry.setChecked(False)
    qtbot.waitUntil(dialog.accept_button.isEnabled, timeout=3000)
    assert dialog.banner.isHidden()
    assert dialog.command.toPlainText().endswith("--here-only")
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: version(bench, "v1.4.1").channels == ("candidate",), timeout=3000)
    assert tag_of(registry, "candidate") == "v1.5.0-rc1"


def test_several_versions_are_deprecated_and_one_is_no_more(
    qtbot: QtBot, bench: Bench, registry: FakeRegistry
) -> None:
    for name in ("v1.0.0", "v1.1.0"):
        move(qtbot, bench, name, "deprecated")
    assert version(bench, "v1.0.0").channels == ("deprecated",)
    assert [chip.text for chip in version_chips(version(bench, "v1.0.0"))] == ["deprecated"]
    dialog = opened(qtbot, bench, "v1.0.0", "deprecated", off=True)
    assert dialog.windowTitle() == "Take deprecated off v1.0.0"
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: version(bench, "v1.0.0").channels == (), timeout=3000)
    assert version(bench, "v1.1.0").channels == ("deprecated",)
    assert "deprecated-v1.0.0" not in registry.kept[PATH].tags


def test_the_menu_offers_what_can_be_done(bench: Bench, registry: FakeRegistry) -> None:
    assert entries(bench, "v1.4.0", "Move channel here") == {
        "stable…": False,
        "candidate…": True,
        "deprecated…": True,
    }
    assert entries(bench, "v1.4.0", "Take channel off") == {"stable…": True}
    assert entries(bench, "v1.3.0", "Take channel off") == {}


def shown(qtbot: QtBot, bench: Bench, rows: int) -> HistoryDialog:
    dialog = bench.page.acts.show_channels(REC)
    qtbot.waitUntil(lambda: len(dialog.list.rows()) == rows, timeout=3000)
    return dialog


def test_history_says_who_moved_what_and_goes_back(
    qtbot: QtBot, bench: Bench, registry: FakeRegistry
) -> None:
    move(qtbot, bench, "v1.4.1", "candidate", "better recall")
    move(qtbot, bench, "v1.3.0", "candidate")
    dialog = shown(qtbot, bench, 2)
    first, second = dialog.list.rows()
    assert first.title == "candidate: v1.4.1 → v1.3.0"
    assert second.subtitle == "tester · better recall"
    assert dialog.undo.text() == "Undo: back to v1.4.1"
    assert [one.label for one in dialog.steps.rows()] == ["registry.lan:5000", "On the engine"]
    dialog.list.select_key(second.key)
    dialog.list.row_selected.emit(second.key)
    assert not dialog.undo.isEnabled()
    dialog.list.select_key(first.key)
    dialog.list.row_selected.emit(first.key)
    dialog.undo.click()
    qtbot.waitUntil(lambda: len(dialog.list.rows()) == 3, timeout=3000)
    assert version(bench, "v1.4.1").channels == ("candidate",)
    assert "undo" in dialog.list.rows()[0].right_note
    assert dialog.finish.isHidden()
    dialog.accept()


def test_an_empty_history_says_how_to_begin(qtbot: QtBot, bench: Bench, registry: object) -> None:
    dialog = bench.page.acts.show_channels(REC)
    qtbot.waitUntil(lambda: not dialog.nothing.isHidden(), timeout=3000)
    assert "Move channel here" in dialog.nothing.text()
    assert not dialog.undo.isEnabled()
    dialog.accept()


def test_a_long_history_shows_the_newest(
    qtbot: QtBot, bench: Bench, registry: FakeRegistry
) -> None:
    move = replace(MOVE, model=REC, state=MoveState.DONE)
    newest = [bench.channel_records.add_move(move) for _ in range(250)][-1]
    dialog = shown(qtbot, bench, 200)
    assert dialog.list.rows()[0].key == str(newest)
    assert "The newest 200 moves are shown" in dialog.nothing.text()
    assert dialog.nothing.isVisible()
    dialog.accept()


def test_a_half_done_move_is_finished_from_the_history(
    qtbot: QtBot, bench: Bench, registry: FakeRegistry
) -> None:
    registry.deletes = False
    del registry.kept[PATH].tags["candidate"]
    bench.engine.fail_next("tag_image", EngineError("The engine said no."))
    dialog = opened(qtbot, bench, "v1.4.1", "candidate")
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: bool(bench.heard.texts), timeout=3000)
    assert "Finish the move or undo it" in bench.heard.texts[0]
    history = shown(qtbot, bench, 1)
    assert history.list.rows()[0].right_note == "half done"
    assert history.finish.isVisible()
    history.finish.click()
    qtbot.waitUntil(history.finish.isHidden, timeout=3000)
    assert version(bench, "v1.4.1").channels == ("candidate",)
    assert tag_of(registry, "candidate") == "v1.4.1"
    history.accept()


def test_closing_the_question_asks_nobody_any_more(
    qtbot: QtBot, bench: Bench, registry: FakeRegistry
) -> None:
    dialog = bench.page.acts.move_channel(version(bench, "v1.4.1"), "candidate")
    assert not dialog.accept_button.isEnabled(), "nothing is known yet"
    dialog.reject()
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=3000)
    assert bench.channels.history(REC).moves == ()


def test_containers_without_a_port_are_one_chip(bench: Bench, images: dict[str, ImageId]) -> None:
    one = version(bench, "v1.0.0")
    behind = container("shop-1", 1)
    port = PortBinding(5000, 5731)
    open_one = replace(container("alone", 1), ports=(port,))
    sick = replace(behind, id=ContainerId("shop-2"), health=Health.UNHEALTHY)

    def chips(*containers: ContainerSummary) -> list[tuple[str, Tone]]:
        shown = version_chips(replace(one, channels=(), containers=containers))
        return [(chip.text, chip.tone) for chip in shown]

    assert chips(behind) == [("running", Tone.GOOD)]
    assert chips(behind, sick, open_one) == [(":5731", Tone.GOOD), ("2 running", Tone.WARNING)]


def test_two_repositories_of_one_engine_are_told_apart() -> None:
    here = Step(Place.ENGINE, Reference.parse("rec:stable"), "", "sha256:aa")
    also = Step(Place.ENGINE, Reference.parse("registry.lan:5000/rec:stable"), "", "sha256:aa")
    there = Step(Place.REGISTRY, also.reference, "", "sha256:bb")
    assert place_names((there, here)) == ("registry.lan:5000", "On the engine")
    assert place_names((there, here, also)) == (
        "registry.lan:5000",
        "On the engine: rec",
        "On the engine: registry.lan:5000/rec",
    )
