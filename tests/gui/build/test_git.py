"""Commits and git tags on the build page."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.build.model import BuildState
from modeldesk.core.errors import SourceControlError
from modeldesk.core.versioning.names import Scheme
from modeldesk.ui.build.draft import Entry
from modeldesk.ui.build.revisions import RevisionDialog
from modeldesk.ui.build.views import Showing
from modeldesk.ui.theme.tokens import Tone
from tests.fakes.source_control import FakeCheckout
from tests.gui.build.bench import COMMIT, Bench

OLD = "a1b2c3d4" * 5


@pytest.fixture
def folder(bench: Bench) -> Path:
    return bench.folder(dockerfile="FROM python:3.11-slim\nCOPY serve.py /app/\n")


@pytest.fixture
def checkout(bench: Bench, folder: Path) -> FakeCheckout:
    bench.commit(folder, OLD, **{"serve.py": "# old\n"})
    checkout = bench.commit(folder, COMMIT)
    checkout.tags["rec@v1.0.0"] = OLD
    return checkout


def plan(qtbot: QtBot, bench: Bench, folder: Path) -> None:
    bench.page.plan(folder)
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)


def opened(qtbot: QtBot, bench: Bench) -> RevisionDialog:
    dialog = bench.page.choose_revision()
    qtbot.waitUntil(lambda: len(dialog.list.rows()) > 1)
    return dialog


def test_a_tag_is_chosen_and_its_commit_is_planned_and_built(
    qtbot: QtBot, bench: Bench, folder: Path, checkout: FakeCheckout
) -> None:
    plan(qtbot, bench, folder)
    source = bench.page.form.source
    assert source.text.text() == "The folder as it is"
    dialog = opened(qtbot, bench)
    assert [row.title for row in dialog.list.rows()] == [
        "The folder as it is", "Tags", "rec@v1.0.0", "Commits", "A change", "A change",
    ]  # fmt: skip
    assert "version v1.0.0 of rec" in dialog.list.rows()[2].subtitle
    QTest.keyClick(dialog.field, Qt.Key.Key_Down)
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
    prepared = bench.page.planning.prepared
    assert prepared is not None
    assert prepared.plan.revision == OLD
    assert source.text.text() == "rec@v1.0.0"
    assert f"commit {OLD[:8]}" in bench.page.heading.line.text()
    bench.page.build()
    session = bench.page.session
    assert session is not None
    assert session.request.revision == OLD
    qtbot.waitUntil(lambda: not session.running)
    assert session.state is BuildState.SUCCEEDED
    assert (folder / "serve.py").read_text() != "# old\n"
    assert not list((bench.home / "checkouts").iterdir())


def test_typing_searches_and_says_when_nothing_matches(
    qtbot: QtBot, bench: Bench, folder: Path, checkout: FakeCheckout
) -> None:
    plan(qtbot, bench, folder)
    dialog = opened(qtbot, bench)
    dialog.field.setText("rec*")
    qtbot.waitUntil(lambda: [row.title for row in dialog.list.rows()] == ["Tags", "rec@v1.0.0"])
    dialog.field.setText("no such thing")
    qtbot.waitUntil(lambda: not dialog.list.rows())
    dialog.reject()


def test_git_that_fails_is_said_in_the_dialog(
    qtbot: QtBot, bench: Bench, folder: Path, checkout: FakeCheckout
) -> None:
    plan(qtbot, bench, folder)
    bench.source.error = SourceControlError("Git is not installed.", "Install it.")
    dialog = bench.page.choose_revision()
    qtbot.waitUntil(dialog.banner.isVisible)
    assert len(dialog.list.rows()) == 1
    dialog.reject()


def test_a_commit_that_cannot_be_had_leaves_the_plan(
    qtbot: QtBot, bench: Bench, folder: Path, checkout: FakeCheckout
) -> None:
    plan(qtbot, bench, folder)
    bench.page.plan(folder, revision="v9")
    assert bench.page.showing is Showing.LOOKING
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
    assert any("v9" in said.text for said in bench.heard.sayings)


def test_a_git_tag_follows_the_version_until_it_is_typed(
    qtbot: QtBot, bench: Bench, folder: Path, checkout: FakeCheckout
) -> None:
    plan(qtbot, bench, folder)
    form = bench.page.form
    assert form.draft.git_tag == ""
    form.git_tag.wanted.setChecked(True)
    assert form.draft.git_tag == "recommendation-v1.0.0"
    form.tag.setText("v7.0.0")
    assert form.draft.git_tag == "recommendation-v7.0.0"
    assert form.draft.git_message == "recommendation v7.0.0"
    form.git_tag.name.selectAll()
    QTest.keyClicks(form.git_tag.name, "a b")
    form.tag.setText("v8.0.0")
    assert form.draft.git_tag == "a b"
    assert Entry.GIT_TAG in form.problems
    assert not form.usable
    form.git_tag.name.selectAll()
    QTest.keyClicks(form.git_tag.name, "mine")
    form.git_tag.message.setText("Better")
    bench.page.build()
    session = bench.page.session
    assert session is not None
    assert (session.request.git_tag, session.request.git_message) == ("mine", "Better")
    qtbot.waitUntil(lambda: not session.running)
    assert checkout.messages["mine"] == "Better"


def test_a_git_tag_that_is_refused_is_a_warning(
    qtbot: QtBot,
    bench: Bench,
    folder: Path,
    checkout: FakeCheckout,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan(qtbot, bench, folder)
    page = bench.page
    page.form.git_tag.wanted.setChecked(True)

    def refuse(*_: object) -> None:
        raise SourceControlError("The tag “v1” could not be made.")

    monkeypatch.setattr(bench.source, "add_tag", refuse)
    page.build()
    session = page.session
    assert session is not None
    qtbot.waitUntil(lambda: not session.running)
    assert session.state is BuildState.SUCCEEDED
    problem = "did not get the git tag recommendation-v1.0.0: The tag “v1” could not be made."
    assert page.banner.notice is not None
    assert page.banner.notice.tone is Tone.WARNING
    assert problem in page.banner.notice.reason
    record = bench.records.build(session.request.build)
    assert record is not None
    page.plan(folder)
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    page._show_record(record)
    assert page.showing is Showing.RECORD
    assert page.banner.notice.tone is Tone.WARNING
    assert problem in page.banner.notice.reason


def test_changes_keep_a_git_tag_away(
    qtbot: QtBot, bench: Bench, folder: Path, checkout: FakeCheckout
) -> None:
    checkout.changed.add(folder.resolve() / "serve.py")
    plan(qtbot, bench, folder)
    form = bench.page.form
    assert not form.git_tag.wanted.isEnabled()
    assert "no commit has" in form.git_tag.wanted.toolTip()
    assert "with changes" in bench.page.heading.line.text()
    assert any("marked -dirty: serve.py" in text for text in bench.page.found.texts())


def test_a_file_with_changes_that_is_kept_out_is_named_no_longer(
    qtbot: QtBot, bench: Bench, folder: Path, checkout: FakeCheckout
) -> None:
    (folder / ".env").write_text("KEY=1")
    (folder / "notes").mkdir()
    (folder / "notes" / "a.txt").write_text("a")
    checkout.changed.add(folder.resolve() / ".env")
    plan(qtbot, bench, folder)
    page, form = bench.page, bench.page.form

    def named() -> list[str]:
        return [text for text in page.found.texts() if "not committed" in text]

    def git_row() -> str:
        (row,) = [row for row in page.found.facts.rows() if row.label == "Git"]
        return row.value

    assert [text.partition(", which")[0] for text in named()] == [
        "1 file with changes that are not committed enters the image"
    ]
    form.scheme_field.choose(Scheme.COMMIT)
    form.scheme.chosen.emit(Scheme.COMMIT.value)
    assert form.tag.text() == f"{COMMIT[:8]}-dirty"
    unwanted = page.found.unwanted
    (number,) = [n for n, text in enumerate(unwanted.texts()) if text.startswith(".env")]
    unwanted.buttons()[number].click()
    qtbot.waitUntil(lambda: "is kept out by the" in "".join(named()))
    assert len(named()) == 1
    assert git_row().endswith(", clean")
    assert page.heading.line.text().endswith(", clean")
    assert form.git_tag.wanted.isEnabled()
    assert form.tag.text() == COMMIT[:8]
    form.git_tag.wanted.setChecked(True)
    # What is said is what is built.
    page.build()
    session = page.session
    assert session is not None
    qtbot.waitUntil(lambda: not session.running)
    assert session.state is BuildState.SUCCEEDED
    (image,) = [one for one in bench.engine.list_images() if one.tags[0].tag == COMMIT[:8]]
    assert image.labels["org.opencontainers.image.revision"] == COMMIT
    assert f"recommendation-{COMMIT[:8]}" in checkout.tags


def test_a_line_that_goes_again_names_the_file_again(
    qtbot: QtBot, bench: Bench, folder: Path, checkout: FakeCheckout
) -> None:
    (folder / "new").mkdir()
    (folder / "new" / "a.txt").write_text("a")
    checkout.changed.add(folder.resolve() / "new" / "a.txt")
    plan(qtbot, bench, folder)
    page = bench.page
    before = page.found.texts()
    page.recipe.add_ignore_line("new")
    page.planning.keeping_out._look()
    qtbot.waitUntil(lambda: page.found.texts() != before)
    page.form.git_tag.wanted.setChecked(True)
    page.recipe.take_ignore_line("new")
    page.planning.keeping_out._look()
    qtbot.waitUntil(lambda: page.found.texts() == before)
    assert not page.form.git_tag.wanted.isChecked()
    assert not page.form.git_tag.wanted.isEnabled()


def test_outside_of_git_there_is_nothing_to_choose(
    qtbot: QtBot, bench: Bench, folder: Path
) -> None:
    bench.source.checkouts.clear()
    plan(qtbot, bench, folder)
    assert not bench.page.form.source.isVisible()
    assert not bench.page.form.git_tag.isVisible()


def test_the_pattern_of_the_settings_names_the_tag(
    qtbot: QtBot, bench: Bench, folder: Path, checkout: FakeCheckout
) -> None:
    settings = replace(bench.context.settings.current, git_tag_pattern="{model}@{version}")
    bench.context.settings.change(settings)
    plan(qtbot, bench, folder)
    bench.page.form.git_tag.wanted.setChecked(True)
    assert bench.page.form.draft.git_tag == "recommendation@v1.0.0"


def test_pointers_of_lfs_are_said_above_everything(
    qtbot: QtBot, bench: Bench, folder: Path
) -> None:
    oid = "0" * 64
    (folder / "big.safetensors").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 1200000000\n"
    )
    plan(qtbot, bench, folder)
    assert bench.page.banner.isVisible()
    assert "would lack 1.20 GB" in bench.page.banner.notice.sentence


def test_a_git_tag_that_fails_is_said_when_the_build_ends(
    qtbot: QtBot,
    bench: Bench,
    folder: Path,
    checkout: FakeCheckout,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise SourceControlError("The tag could not be made.")

    monkeypatch.setattr(bench.source, "add_tag", fail)
    plan(qtbot, bench, folder)
    bench.page.form.git_tag.wanted.setChecked(True)
    bench.page.build()
    session = bench.page.session
    assert session is not None
    qtbot.waitUntil(lambda: not session.running)
    assert session.state is BuildState.SUCCEEDED
    assert "The tag could not be made." in bench.page.banner.notice.reason


def test_what_is_kept_out_and_what_is_copied_is_told_of_the_commit_not_of_today(
    qtbot: QtBot, bench: Bench
) -> None:
    text = "FROM python:3.11-slim\nWORKDIR /app\nCOPY old.py gone.csv ./\n"
    folder = bench.folder(dockerfile=text)
    files = {"Dockerfile": text, "old.py": "# old\n", "gone.csv": "1,2\n" * 100}
    bench.commit(folder, OLD, **files)
    bench.commit(folder, COMMIT)
    bench.page.plan(folder, revision=OLD)
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
    page = bench.page
    sent = len(bench.source.checkouts[folder.resolve()].commits[OLD])
    qtbot.waitUntil(lambda: f"Sends at most {sent} files" in page.recipe.kept_out.text())
    rules = [row.finding.rule for row in page.recipe.findings.list.rows()]
    assert not [rule for rule in rules if rule.startswith("copy-")]
    page.recipe.add_ignore_line("gone.csv")
    qtbot.waitUntil(lambda: "Keeps 1 file out" in page.recipe.kept_out.text())
    qtbot.waitUntil(lambda: "400 B kept out" in _context(bench))
    assert not (folder / "gone.csv").exists()


def _context(bench: Bench) -> str:
    return next(row.value for row in bench.page.found.facts.rows() if row.label == "Context")
