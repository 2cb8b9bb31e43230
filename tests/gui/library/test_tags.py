"""Tags and channels: moved, added and taken, with a way back."""

from pytestqt.qtbot import QtBot

from modeldesk.core.ids import ImageId
from modeldesk.core.library.model import Version
from modeldesk.core.references import Reference
from tests.gui.library.bench import Bench
from tests.gui.library.sample_data import REGISTRY

NAME = f"{REGISTRY}/recommendation"


def version(bench: Bench, name: str) -> Version:
    entry = bench.choice.entry
    assert entry is not None
    return next(v for v in entry.versions if v.name == name)


def undo(qtbot: QtBot, bench: Bench) -> None:
    qtbot.waitUntil(lambda: bool(bench.heard.sayings), timeout=3000)
    saying = bench.heard.sayings[-1]
    assert saying.action == "Undo"
    assert saying.on_action is not None
    saying.on_action()


def test_a_tag_taken_off_comes_back_with_undo(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    stable = Reference.parse(f"{NAME}:stable")
    bench.page.acts.tags.remove_tag(version(bench, "v1.4.0"), stable)
    qtbot.waitUntil(lambda: version(bench, "v1.4.0").channels == (), timeout=3000)
    assert bench.heard.texts == [f"The tag {stable} is removed."]
    undo(qtbot, bench)
    qtbot.waitUntil(lambda: version(bench, "v1.4.0").channels == ("stable",), timeout=3000)


def test_the_only_tag_is_not_offered_for_removal(bench: Bench, images: dict[str, ImageId]) -> None:
    menu = bench.page.acts.menu([version(bench, "v1.3.1")])
    action = next(a for a in menu.actions() if a.text() == "Remove tag")
    assert not action.isEnabled()
    assert "only tag" in action.toolTip()


def test_the_name_of_another_version_is_refused_while_typing(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    dialog = bench.page.acts.add_tag(version(bench, "v1.4.0"))
    assert dialog.edit.text() == f"{NAME}:"
    assert not dialog.add.isEnabled()
    dialog.edit.setText(f"{NAME}:v1.3.0")
    assert not dialog.add.isEnabled()
    dialog.edit.setText(f"{NAME}:Not A Tag")
    assert not dialog.add.isEnabled()
    dialog.edit.setText(f"{NAME}:candidate")
    assert dialog.add.isEnabled()
    assert dialog.note.text() == "candidate moves here from another version."
    dialog.reject()


def test_a_tag_is_added(qtbot: QtBot, bench: Bench, images: dict[str, ImageId]) -> None:
    dialog = bench.page.acts.add_tag(version(bench, "v1.3.1"))
    dialog.edit.setText(f"{NAME}:tested")
    dialog.add.click()
    wanted = Reference.parse(f"{NAME}:tested")
    qtbot.waitUntil(lambda: wanted in version(bench, "v1.3.1").references, timeout=3000)
    undo(qtbot, bench)
    qtbot.waitUntil(lambda: wanted not in version(bench, "v1.3.1").references, timeout=3000)


def test_the_first_tag_of_an_untagged_image_has_no_undo_that_would_remove_the_image(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    untagged = bench.hub.snapshot.others[-1].versions[0]
    bench.page.acts.tags.add_tag(untagged, Reference.parse("kept:v1.0.0"))
    qtbot.waitUntil(lambda: bool(bench.heard.sayings), timeout=3000)
    assert bench.heard.sayings[-1].action == ""


def test_the_last_tag_is_never_taken_whatever_happened_meanwhile(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    chosen = version(bench, "v1.4.0")
    for reference in chosen.references:
        bench.page.acts.tags.remove_tag(chosen, reference)
    qtbot.waitUntil(lambda: len(bench.heard.sayings) == 2, timeout=3000)
    assert "last tag" in bench.heard.texts[1]
    held = bench.engine.image_summary(images["v1.4.0"])
    assert held is not None
    assert len(held.tags) == 1


def test_a_name_that_another_image_was_given_meanwhile_is_not_taken(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    name = Reference.parse(f"{NAME}:v9.0.0")
    chosen = version(bench, "v1.4.0")
    other = images["v1.4.1"]
    # By another program; the window has not heard of it yet.
    bench.engine.tag_image(other, name)
    bench.page.acts.tags.add_tag(chosen, name)
    qtbot.waitUntil(lambda: bool(bench.heard.texts), timeout=3000)
    assert "exists already" in bench.heard.texts[-1]
    assert next(one.id for one in bench.engine.list_images() if name in one.tags) == other
