"""How a version is named on the build page: proposed, refused with a way out, several at once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import EngineError
from modeldesk.core.ids import ImageId
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.references import Reference
from modeldesk.core.versioning.names import Scheme
from modeldesk.core.versioning.proposals import ProposedVersion
from modeldesk.ui.build.draft import Entry
from modeldesk.ui.build.names import channel_note, scheme_line, scheme_tip, split_tags, tag_note
from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.build.views import Showing
from modeldesk.ui.links import BuildLink
from modeldesk.ui.theme.tokens import Tone
from tests.gui.build.bench import COMMIT, Bench

OWN = "FROM python:3.11-slim\nCOPY serve.py /app/\nCMD serve\n"


def plan(qtbot: QtBot, bench: Bench) -> Path:
    folder = bench.home / "work" / "recommendation"
    if not folder.is_dir():
        bench.folder(dockerfile=OWN)
    bench.look(qtbot, folder)
    return folder


def build(qtbot: QtBot, bench: Bench, version: str = "") -> None:
    if version:
        bench.page.form.tag.setText(version)
    session = bench.build()
    qtbot.waitUntil(lambda: not session.running)
    bench.read_library()


def below(page: BuildPage) -> str:
    """What is said below the tag."""
    return page.form.tag.accessibleDescription()


def test_the_next_version_goes_by_what_changed_and_says_so(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    folder = plan(qtbot, bench)
    build(qtbot, bench, "v1.4.2")
    with (folder / "serve.py").open("a") as code:
        code.write("# said\n")
    plan(qtbot, bench)
    qtbot.waitUntil(lambda: page.form.tag.text() == "v1.4.3")
    assert below(page) == "v1.4.3, because the code changed since v1.4.2"
    assert page.heading.build.text() == "Build v1.4.3"
    weights = folder / "recommendation_v2.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"1")
    plan(qtbot, bench)
    said = "v1.5.0, because the weights and the code changed since v1.4.2"
    qtbot.waitUntil(lambda: below(page) == said)
    assert page.form.tag.text() == "v1.5.0"


def test_what_was_typed_stays_when_the_proposal_comes(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    page.form.tag.setText("v7.0.0")
    page.form.show_next(ProposedVersion("v1.0.1", "next after v1.0.0", "because of the code"))
    assert page.form.tag.text() == "v7.0.0"
    assert (below(page), page.form.tag.note()) == ("", "")
    page.form.tag.setText("v1.0.1")
    assert below(page) == "v1.0.1, because of the code"


def test_an_image_that_does_not_tell_is_said(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    bench.add_versions("v1.4.1")
    plan(qtbot, bench)
    qtbot.waitUntil(lambda: "does not tell what it was built from" in below(page))
    assert page.form.tag.text() == "v1.5.0"


def test_another_model_has_another_next_version(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.add_versions("v1.4.1")
    bench.add_versions("v3.0.0", model="other")
    plan(qtbot, bench)
    page.form.model.clear()
    QTest.keyClicks(page.form.model, "other")
    qtbot.waitUntil(lambda: below(page).startswith("v3.1.0, the next after v3.0.0"))


def test_each_scheme_says_what_it_is_for(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    plan(qtbot, bench)
    for scheme in Scheme:
        tips = {button.toolTip() for button in page.form.scheme.findChildren(QPushButton)}
        assert scheme_tip(scheme) in tips
    timestamp = next(
        one for one in page.form.scheme.findChildren(QPushButton) if one.text() == "Timestamp"
    )
    timestamp.click()
    assert page.form.scheme_field.line.text() == scheme_line(Scheme.TIMESTAMP)
    assert "scheduled training" in page.form.scheme.accessibleDescription()


def test_a_version_that_is_taken_comes_with_one_that_is_free(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.add_versions("v1.4.0", "v1.4.1")
    plan(qtbot, bench)
    assert not page.form.tag_field.way_out.isVisible()
    page.form.tag.setText("v1.4.0")
    assert "exists already" in page.form.problems[Entry.TAG]
    way_out = page.form.tag_field.way_out
    assert (way_out.text(), way_out.isVisible()) == ("Use v1.4.2", True)
    way_out.setFocus()
    QTest.keyClick(way_out, Qt.Key.Key_Space)
    assert page.form.tag.text() == "v1.4.2"
    assert page.form.usable
    assert not way_out.isVisible()


def test_a_version_of_the_registry_is_taken_too(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    one = RemoteVersion(
        "recommendation", "v1.6.0", "sha256:m", ImageId("sha256:far"), when, "recommendation", {}
    )
    bench.remote.keep_remote_versions([one])
    plan(qtbot, bench)
    assert page.form.tag.text() == "v1.7.0"
    page.form.tag.setText("v1.6.0")
    assert "exists already in the registry" in page.form.problems[Entry.TAG]
    page.form.repository.setText("elsewhere/recommendation")
    assert page.form.usable


def test_a_plus_is_said_beside_the_field_and_kept_in_the_label(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    page.form.tag.setText("v1.2.0+cu121")
    assert page.form.usable
    assert below(page).startswith("Tagged v1.2.0_cu121")
    build(qtbot, bench)
    (image,) = [
        image
        for image in bench.engine.list_images()
        if Reference.parse("recommendation:v1.2.0_cu121") in image.tags
    ]
    assert image.labels["org.opencontainers.image.version"] == "v1.2.0+cu121"


def test_several_tags_at_once(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    bench.add_versions("v1.4.1")
    plan(qtbot, bench)
    page.form.also.setText("9f31c0a4, cu121 slim,v1.4.1")
    assert page.form.problems[Entry.ALSO].startswith("v1.4.1 names another version already.")
    page.form.also.setText("9f31c0a4, cu121 slim,")
    page.form.channel.setCurrentIndex(page.form.channel.findData("candidate"))
    build(qtbot, bench, "v2.0.0")
    assert page.session is not None
    assert page.session.outcome is not None
    given = [one.tag for one in page.session.outcome.references]
    assert given == ["v2.0.0", "9f31c0a4", "cu121", "slim", "candidate"]


def test_the_proposed_second_tag_is_free_when_versions_are_known_later(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    """A window opened with a folder plans it before the engine has told what there is."""
    plan(qtbot, bench)
    form = page.form
    assert form.also.text() == COMMIT[:8]
    bench.add_versions("v1.0.0", COMMIT[:8])
    qtbot.waitUntil(lambda: form.also.text() == f"{COMMIT[:8]}-2")
    assert form.usable
    assert form.also.note() == "from git"
    # What was typed stays, and so does nothing.
    form.also.setText("")
    bench.add_versions(f"{COMMIT[:8]}-2")
    assert form.also.text() == ""


def test_what_came_while_the_folder_was_looked_into_counts(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    page.activate(BuildLink(folder=bench.folder(dockerfile=OWN)))
    bench.add_versions("v1.0.0", COMMIT[:8])
    assert page.showing is Showing.LOOKING
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert page.form.also.text() == f"{COMMIT[:8]}-2"
    assert page.form.usable


def test_a_channel_says_from_where_it_moves(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    plan(qtbot, bench)
    page.form.channel.setCurrentIndex(page.form.channel.findData("candidate"))
    assert page.form.channel.accessibleDescription() == ""
    build(qtbot, bench, "v1.0.0")
    plan(qtbot, bench)
    page.form.channel.setCurrentIndex(page.form.channel.findData("candidate"))
    assert page.form.channel.accessibleDescription() == "Moves here from v1.0.0."
    build(qtbot, bench, "v1.1.0")
    assert "candidate moved from v1.0.0 to v1.1.0." in page.banner.notice.reason


def test_a_channel_that_the_version_may_not_get(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    page.form.channel.setCurrentIndex(page.form.channel.findData("stable"))
    said = page.form.problems[Entry.CHANNEL]
    assert "was not candidate before" in said
    assert "in the library afterwards" in said
    assert not page.form.usable
    page.form.channel.setCurrentIndex(page.form.channel.findData("candidate"))
    assert page.form.usable


def test_a_name_that_could_not_be_set_is_said_at_the_end(
    qtbot: QtBot, bench: Bench, page: BuildPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(qtbot, bench)
    real = bench.engine.tag_image

    def tag(image: ImageId, reference: Reference) -> None:
        if reference.tag == "9f31c0a4":
            raise EngineError("No room.")
        real(image, reference)

    monkeypatch.setattr(bench.engine, "tag_image", tag)
    build(qtbot, bench)
    assert page.banner.notice.tone is Tone.WARNING
    assert "9f31c0a4 could not be set: No room." in page.banner.notice.reason


def test_tags_are_parted_by_commas_and_blanks() -> None:
    assert split_tags(" a, b;c  d,,a\n") == ("a", "b", "c", "d")
    assert split_tags("") == ()


def test_what_is_said_below_a_tag() -> None:
    proposed = ProposedVersion("v1.1.0", "next after v1.0.0")
    assert tag_note("v1.1.0", proposed, looking=True) == "Looking at what changed…"
    assert tag_note("v1.1.0", proposed, looking=False) == ""
    assert tag_note("v9.0.0", proposed, looking=True) == ""
    assert tag_note("a+b", proposed, looking=False) == ""


def test_a_channel_of_no_repository_is_no_matter() -> None:
    assert channel_note("stable", "Not A Name", LibrarySnapshot()) == ""
