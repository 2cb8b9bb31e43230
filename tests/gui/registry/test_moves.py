"""Versions pushed, pulled, copied and removed from the window."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import ModelDeskError, RegistryDenied
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.jobs import CancelToken, PartState
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import Version, VersionKey, Where
from modeldesk.core.library.remote_model import RemoteVersion, RemoteVersions
from modeldesk.core.references import Reference
from modeldesk.ui.activity.detail import TaskDetail
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.links import ActivityLink
from modeldesk.ui.registry.transfers import Transfers
from modeldesk.ui.tasks.handle import TaskState
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.registry import FakeRegistry
from tests.gui.library.bench import Bench
from tests.gui.library.sample_data import NOW, REGISTRY
from tests.unit.core.registry.images import AMD, ARM, add_index

MODEL = ModelName("recommendation")
REPOSITORY = f"{REGISTRY}/recommendation"
HOST, PATH = REPOSITORY.split("/", 1)


def version(bench: Bench, image: ImageId) -> Version:
    found = bench.hub.snapshot.version(VersionKey(MODEL, image))
    assert found is not None
    return found


def there(bench: Bench) -> FakeRegistry:
    return bench.registries.hosts[HOST]


def lines(menu: QMenu) -> Mapping[str, bool]:
    return {action.text(): action.isEnabled() for action in menu.actions() if action.text()}


def choose(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


def remote(digest: str, tag: str = "v0.9.0") -> RemoteVersion:
    sizes = {LayerKind.MODEL_WEIGHTS: 50_000_000}
    return RemoteVersion(REPOSITORY, tag, digest, ImageId("sha256:" + "9" * 64), NOW, MODEL, sizes)


def test_a_version_is_pushed_under_its_own_tag(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    pushed = version(bench, images["v1.4.0"])
    dialog = bench.moves.push(pushed, bench.window)
    assert dialog.fields.repository.currentText() == REPOSITORY
    assert dialog.fields.tags.text() == "v1.4.0"
    # Every model of the sample lies in the same place.
    assert dialog.fields.repository.count() == 1
    dialog.fields.tags.setText("v1.4.0, cu121")
    assert [one.tag for one in dialog.fields.references] == ["v1.4.0", "cu121"]
    said = f"modeldesk push {REPOSITORY}:v1.4.0 {REPOSITORY}:v1.4.0 {REPOSITORY}:cu121"
    assert dialog._commands() == said
    asked = len(bench.registry.asked)
    dialog.act.click()
    qtbot.waitUntil(lambda: any("is pushed as" in text for text in bench.heard.texts))
    found = bench.engine.image_summary(pushed.key.image)
    assert found is not None
    digest = found.digests[0].digest
    assert digest[7:11] in bench.heard.texts[-1]
    assert Reference.parse(f"{REPOSITORY}:cu121") in found.tags
    qtbot.waitUntil(lambda: version(bench, images["v1.4.0"]).where is Where.LOCAL_AND_REGISTRY)
    # The registry has more now, and is asked again.
    qtbot.waitUntil(lambda: len(bench.registry.asked) > asked)
    begun = next(one for one in bench.heard.sayings if one.text.startswith("Pushing"))
    assert begun.on_action is not None
    begun.on_action()
    assert isinstance(bench.heard.links[-1], ActivityLink)


@pytest.mark.parametrize(
    ("repository", "tags", "said"),
    [
        ("recommendation", "v1", "registry first"),
        ("registry.lan/Rec", "v1", "is not an image name"),
        ("registry.lan/rec:v1", "v1", "in the field below"),
        ("registry.lan/rec", "no/tag", "can't be a tag"),
    ],
)
def test_what_can_not_be_pushed_is_said_while_it_is_typed(
    bench: Bench, images: dict[str, ImageId], repository: str, tags: str, said: str
) -> None:
    dialog = bench.moves.push(version(bench, images["v1.4.0"]), bench.window)
    dialog.fields.repository.setEditText(repository)
    dialog.fields.tags.setText(tags)
    told = [field._below.text() for field in
            (dialog.fields.repository_field, dialog.fields.tags_field)]  # fmt: skip
    assert any(said in text for text in told), told
    assert not dialog.act.isEnabled()
    dialog.reject()


def test_latest_is_never_offered_and_warned_of(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    bench.engine.tag_image(images["v1.4.0"], Reference.parse(f"{REPOSITORY}:latest"))
    bench.hub.refresh_asked.emit()
    qtbot.waitUntil(lambda: "latest" in version(bench, images["v1.4.0"]).channels)
    dialog = bench.moves.push(version(bench, images["v1.4.0"]), bench.window)
    assert dialog.fields.tags.text() == "v1.4.0"
    dialog.fields.tags.setText("latest")
    assert "moves" in dialog.fields.tags_field._below.text()
    assert dialog.act.isEnabled()
    dialog.reject()


def test_a_push_shows_its_layers_and_is_cancelled(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    store = ActivityStore(bench.tasks, bench)
    detail = TaskDetail(bench.context.theme, store)
    qtbot.addWidget(detail)
    detail.resize(700, 600)
    detail.show()
    bench.engine.registries.piece_s = 0.15
    pushed = version(bench, images["v1.4.0"])
    handle = bench.moves.transfers.push(pushed, [Reference.parse("prod.lan/rec:v1.4.0")])
    detail.show_task(handle)
    qtbot.waitUntil(lambda: any(one.state is PartState.MOVING for one in detail.parts.parts))
    assert detail.parts.isVisible()
    assert len(detail.parts.parts) == len(pushed.layers or ())
    detail.parts.grab()
    detail.cancel.click()
    qtbot.waitUntil(lambda: handle.state is TaskState.CANCELLED)
    # The name it was given for this goes with it, and the image stays.
    found = bench.engine.image_summary(pushed.key.image)
    assert found is not None
    assert found.tags == tuple(sorted(pushed.references))
    assert handle.can_retry


def test_what_only_a_registry_has_is_pulled_by_its_digest(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    digest = bench.engine.registries.has(
        f"{REPOSITORY}:v0.9.0",
        ("COPY old.pt /models/", 50_000_000),
        labels={"io.modeldesk.model.name": MODEL},
    )
    bench.remote._due.setInterval(10)
    bench.registry.repositories[REPOSITORY] = RemoteVersions((remote(digest),))
    bench.hub.refresh_asked.emit()
    entry = bench.choice.entry
    assert entry is not None
    qtbot.waitUntil(lambda: bool(bench.remote.of(entry, ask=False).versions))
    known = bench.page._only_there(remote(digest).image)
    assert known is not None
    assert bench.page._only_there(images["v1.4.0"]) is None
    menu = bench.page.acts.remote_menu(known, MODEL)
    assert menu is not None
    assert all(lines(menu).values())
    choose(menu, "Pull v0.9.0")
    qtbot.waitUntil(lambda: any("is here" in text for text in bench.heard.texts))
    (pulled,) = [
        one
        for one in bench.engine.list_images()
        if Reference.parse(f"{REPOSITORY}:v0.9.0") in one.tags
    ]
    assert digest in {one.digest for one in pulled.digests}
    # Without an engine there is nobody to have it.
    bench.lose_engine()
    menu = bench.page.acts.remote_menu(known, MODEL)
    assert menu is not None
    assert not lines(menu)["Pull v0.9.0"]


def test_a_version_in_no_registry_says_so(bench: Bench, images: dict[str, ImageId]) -> None:
    menu = bench.page.acts.menu([version(bench, images["v1.4.0"])])
    told = lines(menu)
    assert told["Push…"]
    assert not told["Copy to another registry…"]
    assert not told["Remove from registry…"]


def test_a_copy_goes_to_another_registry_for_the_platforms_that_are_chosen(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    index, made = add_index(there(bench), PATH, "v1.4.0", AMD, ARM)
    source = Reference.parse(f"{REPOSITORY}:v1.4.0@{index.digest}")
    dialog = bench.moves.copy(source, MODEL, bench.window)
    assert REPOSITORY not in [
        dialog.fields.repository.itemText(n) for n in range(dialog.fields.repository.count())
    ]
    qtbot.waitUntil(lambda: len(dialog.platforms) == 2)
    assert dialog.fields.tags.text() == "v1.4.0"
    dialog.fields.repository.setEditText("prod.lan/rec")
    for box in dialog.platforms:
        box.setChecked(False)
    assert not dialog.act.isEnabled()
    dialog.platforms[1].setChecked(True)
    dialog.act.click()
    qtbot.waitUntil(lambda: any("is there" in text for text in bench.heard.texts))
    assert bench.registries.hosts["prod.lan"].kept["rec"].tags == {"v1.4.0": made[ARM].digest}


def test_a_registry_that_does_not_answer_is_said_in_the_dialog(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    there(bench).errors["manifest"] = [RegistryDenied("It wants a sign-in.", "Sign in.")] * 2
    source = Reference.parse(f"{REPOSITORY}:v1.4.0")
    copying = bench.moves.copy(source, MODEL, bench.window)
    qtbot.waitUntil(lambda: "sign-in" in copying.note.text())
    copying.reject()
    removing = bench.moves.remove(source, bench.window)
    qtbot.waitUntil(removing.banner.isVisible)
    assert not removing.act.isEnabled()
    removing.reject()


def test_before_an_image_goes_every_tag_is_named(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    registry = there(bench)
    image = registry.add_image(PATH, "v1.4.0", [b"w" * 5000])
    registry.kept[PATH].tags["stable"] = image.digest
    other = registry.add_image(PATH, "v1.3.1", [b"x"], {"v": 2})
    reference = Reference.parse(f"{REPOSITORY}@{image.digest}")
    dialog = bench.moves.remove(reference, bench.window)
    assert not dialog.act.isEnabled()
    assert dialog.cancel.isDefault()
    qtbot.waitUntil(dialog.act.isEnabled)
    assert [dialog.tags.item(row).text() for row in range(dialog.tags.count())] == [
        "stable",
        "v1.4.0",
    ]
    assert dialog.act.text() == "Remove with 2 tags"
    dialog._copy.click()
    assert QGuiApplication.clipboard().text() == f"modeldesk delete {reference} --yes"
    assert registry.asked["delete_manifest"] == 0
    dialog.act.click()
    qtbot.waitUntil(lambda: any("Removed from" in text for text in bench.heard.texts))
    assert registry.kept[PATH].tags == {"v1.3.1": other.digest}


def test_a_version_in_two_registries_has_a_line_for_each(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    targets = [Reference.parse(f"{REPOSITORY}:v1.4.0"), Reference.parse("prod.lan/rec:v1.4.0")]
    bench.moves.transfers.push(version(bench, images["v1.4.0"]), targets)
    qtbot.waitUntil(lambda: len(version(bench, images["v1.4.0"]).digests) == 2)
    menu = bench.page.acts.menu([version(bench, images["v1.4.0"])])
    names = {
        line.text(): [one.text() for one in found.actions()]
        for line in menu.actions()
        if isinstance(found := line.menu(), QMenu)
    }
    for title in ("Copy to another registry…", "Remove from registry…"):
        assert names[title] == ["prod.lan/rec", REPOSITORY]


def test_the_palette_pushes_and_pulls(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    from modeldesk.ui.shell.acts import choice_entries, remote_entries

    entry = bench.choice.entry
    assert entry is not None
    chosen = version(bench, images["v1.4.0"])
    acts = bench.page.acts
    titles = [one.title for one in choice_entries(bench.context, entry, chosen, acts)]
    assert "Push recommendation v1.4.0…" in titles
    known = (remote("sha256:" + "8" * 64), replace(remote("x"), image=images["v1.4.0"]))
    (pull,) = remote_entries(bench.context, entry, known, acts)
    assert pull.title == "Pull recommendation v0.9.0"


def test_what_was_said_of_a_version_goes_along(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    pushed = version(bench, images["v1.4.0"])
    seen: list[tuple[ImageId, list[str]]] = []

    def attach(
        image: ImageId, names: Sequence[Reference], _token: CancelToken
    ) -> tuple[ModelDeskError, ...]:
        seen.append((image, [one.digest for one in names]))
        return ()

    transfers = Transfers(
        bench.context, lambda: bench.registries, FakeDeploymentLocks(), bench, attach
    )
    with qtbot.waitSignal(transfers.registries_changed, timeout=5000):
        transfers.push(pushed, [Reference.parse(f"{REPOSITORY}:v1.4.0")])
    ((image, (digest,)),) = seen
    assert image == pushed.key.image
    assert digest.startswith("sha256:")
