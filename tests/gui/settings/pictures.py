"""Pictures of the settings, their registries above all: see `tests.gui.pictures`."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from modeldesk.core.engine.model import Connection, ConnectionState, EngineAttempt
from modeldesk.core.event_kinds import EventKind
from modeldesk.core.event_receiver import ReceiverKind, receiver
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.registry.check import Step
from modeldesk.core.registry.credentials import KEYRING, Credentials
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.release_events.ports import Posted
from modeldesk.core.settings import Settings
from modeldesk.ui.links import SettingsLink, SettingsSection
from modeldesk.ui.making import at_once
from modeldesk.ui.settings.page import SettingsPage, make_sections
from modeldesk.ui.settings.registries.check_dialog import CheckDialog, SignInDialog
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.own_registry import IMAGE
from tests.fakes.registry_checker import FakeSite
from tests.gui.parts import CONNECTED, ENGINE, make_context
from tests.gui.pictures import Scene, by_name, live, take_all, until
from tests.gui.settings.bench import Bench
from tests.unit.core.release_events.bench import event

WIDE, SMALL = QSize(1440 - 60, 900 - 60), QSize(1024 - 60, 700 - 60)
"""What the page gets of a window of 1440 × 900 and 1024 × 700."""
FINGERPRINT = ":".join(["4F", "A1", "09", "C3"] * 8)
UNTRUSTED = FakeSite(
    fails=Step.ENCRYPTION,
    text="Its certificate comes from nobody whom this machine trusts.",
    hint="Ask who runs the registry for its CA certificate (a PEM file), compare the fingerprint "
    "with theirs, and name the file in the registry’s settings, or with “modeldesk registry add "
    "registry.lan:5000 --ca FILE”.",
    detail=f"self-signed certificate\nSHA-256\n{FINGERPRINT[:48]}\n{FINGERPRINT[48:]}",
)
LONG = "registry-of-a-department-that-could-not-settle-on-a-name.eu-1.cloud.example.com:5443"


class NoFinder:
    """Finds no engine."""

    def find(self, preferred: str = "") -> tuple[ImageEngine | None, tuple[EngineAttempt, ...]]:
        return None, ()

    def known_addresses(self) -> tuple[tuple[str, str], ...]:
        return (("Default address", "unix:///var/run/docker.sock"),)


class Stage:
    """The page, and what is behind its registries."""

    def __init__(self, theme: Theme, tasks: TaskRunner, home: Path) -> None:
        settings = Settings(theme=theme.mode.value, registry_image=str(IMAGE))
        self.context = make_context(
            theme, tasks, home, settings, engine=lambda: self.bench.own.engine
        )
        self.bench = Bench(self.context)
        records = self.records = FakeContentRecords()
        self.window = QWidget()
        self.window.setAutoFillBackground(True)
        self.page = SettingsPage(
            at_once(
                make_sections(
                    self.context,
                    NoFinder(),
                    lambda: records,
                    lambda: records,
                    self.bench.service,
                    self.bench.own_service,
                    self.bench.events_service,
                )
            )
        )
        self.section = self.page.sections.registries
        column = QVBoxLayout(self.window)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.page)
        self.context.hub.publish_connection(CONNECTED)

    def know(self, *registries: KnownRegistry) -> None:
        self.bench.know(*registries)
        self.page.shown()
        until(lambda: all(row.account is not None for row in self.section.store.rows()))

    def checked(self, host: str) -> None:
        """Try it out, and close what showed it."""
        dialog = self.section.check(host)
        until(dialog.view.banner.isVisible)
        dialog.close()
        live(0.05)


def page(stage: Stage) -> None:
    one(stage)
    stage.page.verticalScrollBar().setValue(0)


def empty(stage: Stage) -> None:
    stage.know()
    live(0.4)
    _to_registries(stage)


def one(stage: Stage) -> None:
    stage.bench.store.kept[KEYRING, "r.lan"] = Credentials("mia", "s3cret")
    stage.know(KnownRegistry("r.lan", "Team", user="mia", keeper=KEYRING))
    stage.checked("r.lan")
    _to_registries(stage)


def several(stage: Stage) -> None:
    store, sites = stage.bench.store, stage.bench.checker.sites
    store.kept[KEYRING, "registry.lan:5000"] = Credentials("mia", "s3cret")
    store.docker_file["ghcr.io"] = Credentials("mia-at-work", "x")
    sites["registry.lan:5000"] = FakeSite(users={"mia": "s3cret"})
    sites["ghcr.io"] = UNTRUSTED
    sites["192.168.7.20:5000"] = FakeSite(scheme="")
    stage.know(
        KnownRegistry("registry.lan:5000", "Team registry", user="mia", keeper=KEYRING),
        KnownRegistry("ghcr.io", repositories=("acme/churn",)),
        KnownRegistry("docker.io", "Docker Hub"),
        KnownRegistry("192.168.7.20:5000", "Edge box", plain_http=True),
        KnownRegistry("localhost:5000"),
    )
    for host in ("registry.lan:5000", "ghcr.io", "192.168.7.20:5000"):
        stage.checked(host)
    _to_registries(stage)


def absurd(stage: Stage) -> None:
    store, sites = stage.bench.store, stage.bench.checker.sites
    user = "a-service-account-with-a-name-by-a-generator@department.example.com"
    store.kept[KEYRING, LONG] = Credentials(user, "x")
    sites[LONG] = UNTRUSTED
    more = [KnownRegistry(f"registry-{number}.lan:5000") for number in range(20)]
    stage.know(
        KnownRegistry(LONG, plain_http=True),
        KnownRegistry("r.lan", "票据识别与结构化抽取模型镜像仓库（生产环境专用）", True),
        KnownRegistry("b.lan", "<b>bold</b> " * 6),
        *more,
    )
    stage.checked(LONG)
    _to_registries(stage)


def adding(stage: Stage) -> None:
    several(stage)
    stage.section.describe()


def adding_wrong(stage: Stage) -> None:
    several(stage)
    dialog = stage.section.describe()
    dialog.host.setText("ghcr.io")
    dialog.plain.setChecked(True)
    dialog.ca_file.setText("certificates/ca.pem")
    dialog.repositories.setPlainText("acme/churn\nAcme/Fraud:v1")
    dialog.done_button.click()


def changing(stage: Stage) -> None:
    several(stage)
    stage.section.describe("ghcr.io")


def checking(stage: Stage) -> None:
    several(stage)
    stage.bench.checker.held.clear()
    dialog = stage.section.check("registry.lan:5000")
    live(0.1)
    report = stage.section.store.rows()[0].report
    assert report is not None
    dialog.view.add(report.steps[:4])


def checked_well(stage: Stage) -> None:
    several(stage)
    stage.bench.checker.sites["docker.io"] = FakeSite(
        scheme="token from https://auth.docker.io/token?and=some&more=of&what=nobody&reads=ever",
        lists=False,
        users={"mia": "s3cret"},
    )
    stage.bench.store.kept[KEYRING, "docker.io"] = Credentials("mia", "s3cret")
    _wait(stage.section.check("docker.io"))


def untrusted(stage: Stage) -> None:
    several(stage)
    _wait(stage.section.check("ghcr.io"))


def nobody(stage: Stage) -> None:
    several(stage)
    stage.bench.checker.sites["localhost:5000"] = FakeSite()
    _wait(stage.section.check("localhost:5000"))


def signing_in(stage: Stage) -> None:
    several(stage)
    stage.section.sign_in("docker.io")


def refused(stage: Stage) -> None:
    one(stage)
    _typed(stage.section.sign_in("r.lan"), "guess")


def accepted(stage: Stage) -> None:
    one(stage)
    stage.bench.store.helper = "secretservice"
    _typed(stage.section.sign_in("r.lan"), "s3cret")


def no_keyring(stage: Stage) -> None:
    one(stage)
    stage.bench.store.has_keyring = False
    _typed(stage.section.sign_in("r.lan"), "s3cret")


def own_running(stage: Stage) -> None:
    one(stage)
    stage.section.own_store.start()
    until(stage.section.own.stop_button.isVisible)
    _to_own(stage)


def own_starting(stage: Stage) -> None:
    one(stage)
    stage.bench.checker.held.clear()
    stage.section.own_store.start()
    live(0.2)
    _to_own(stage)


def own_stopped(stage: Stage) -> None:
    own_running(stage)
    stage.section.own_store.stop()
    until(stage.section.own.start_button.isVisible)
    live(0.4)


def own_not_whole(stage: Stage) -> None:
    own_running(stage)
    stage.bench.store.kept.clear()
    stage.section.own_store.look()
    live(0.4)


def own_removing(stage: Stage) -> None:
    own_running(stage)
    registry = stage.bench.own.registries.add("127.0.0.1:5000")
    for number in range(14):
        registry.add_image(f"team/model-{number:02}", "v1", [b"layer"])
    stage.bench.own.fill(9_400_000_000, 0)
    dialog = stage.section.own.ask_removal()
    until(dialog.accept_button.isEnabled)
    dialog.data.setChecked(True)


def own_away(stage: Stage) -> None:
    one(stage)
    away = replace(ENGINE, address="tcp://build-server:2376")
    stage.context.hub.publish_connection(Connection(ConnectionState.CONNECTED, away))
    live(0.4)
    _to_own(stage)


def removing(stage: Stage) -> None:
    several(stage)
    stage.section.forget("registry.lan:5000")


def _typed(dialog: SignInDialog, password: str) -> None:
    dialog.user.setText("mia")
    dialog.password.setText(password)
    dialog.go.click()
    _wait(dialog)


def _wait(dialog: CheckDialog) -> None:
    until(dialog.view.banner.isVisible)


def _to_own(stage: Stage) -> None:
    live(0.1)
    stage.page.ensureWidgetVisible(stage.section.own, 0, 40)


def _to_registries(stage: Stage) -> None:
    live(0.05)
    stage.page.activate(SettingsLink(SettingsSection.REGISTRIES))


def _to_events(stage: Stage) -> None:
    stage.page.activate(SettingsLink(SettingsSection.EVENTS))
    live(0.3)


HOOK = receiver("https://hooks.lan/releases?team=ml", id="aa11", name="Team channel",
                secret="keyring")  # fmt: skip
DAPR = receiver(
    "http://127.0.0.1:3500",
    id="bb22",
    kind=ReceiverKind.DAPR,
    events=("release", "canary.aborted"),
    pubsub="orders",
    topic="releases",
)
PLAIN = receiver(
    "http://192.168.7.20:8080/a/long/way/to/a/small/hook/" + "x" * 80,
    id="cc33",
    events=("finding", "remedy"),
    secret="env:HOOK_SECRET",
)


def kept(stage: Stage) -> None:
    """What is kept of layers and weights, at the end of the page."""
    stage.records.kept[DiffId("sha256:1"), "x"] = b"1" * 48_300_000
    stage.page.shown()
    live(0.3)
    stage.page.activate(SettingsLink(SettingsSection.WEIGHTS))
    stage.page.activate(SettingsLink(SettingsSection.FILES))


def deployments_wrong(stage: Stage) -> None:
    section = stage.page.sections.deployments
    stage.page.activate(SettingsLink(SettingsSection.DEPLOYMENTS))
    for setting, text in (
        (section.gateway_image, "nginx:"),
        (section.followed, "production stable"),
    ):
        setting.line.setText(text)
        setting.line.setModified(True)
        setting.line.editingFinished.emit()
    live(0.1)
    stage.page.ensureWidgetVisible(section, 0, 40)


def events_empty(stage: Stage) -> None:
    stage.page.shown()
    live(0.3)
    _to_events(stage)


def events(stage: Stage) -> None:
    stage.bench.tell(HOOK, DAPR, PLAIN)
    bench = stage.bench.events
    bench.secrets.kept[HOOK.id] = "s3cret"
    for number in range(4):
        bench.events.tell(event(number, EventKind.FINDING_APPEARED))
    for number in range(4, 6):
        bench.events.tell(event(number))
    bench.poster.replies = [Posted(400, text="unknown type")]
    bench.poster.usual = Posted(503, text="the hook is being updated")
    for one in bench.told[:1]:
        bench.events.deliver(one, CancelToken())
    bench.poster.usual = Posted(204)
    stage.page.shown()
    live(0.3)
    _to_events(stage)


def events_adding(stage: Stage) -> None:
    events(stage)
    stage.page.sections.events.describe()


def events_made(stage: Stage) -> None:
    events(stage)
    dialog = stage.page.sections.events.describe()
    dialog.address.setText("https://hooks.lan/b")
    dialog.groups["canary"].setChecked(False)
    dialog.make.click()


def events_wrong(stage: Stage) -> None:
    events(stage)
    dialog = stage.page.sections.events.describe()
    dialog.address.setText("https://mia:pw@hooks.lan/b")
    for box in dialog.groups.values():
        box.setChecked(False)
    dialog.act.click()


def events_dapr(stage: Stage) -> None:
    events(stage)
    stage.page.sections.events.describe(DAPR)


def events_failed(stage: Stage) -> None:
    events(stage)
    stage.page.sections.events.show_deliveries(HOOK)
    live(0.3)


SCENES = by_name(
    kept,
    deployments_wrong,
    events_empty,
    events,
    events_adding,
    events_made,
    events_wrong,
    events_dapr,
    events_failed,
    page,
    empty,
    one,
    several,
    absurd,
    adding,
    adding_wrong,
    changing,
    checking,
    checked_well,
    untrusted,
    nobody,
    signing_in,
    refused,
    accepted,
    no_keyring,
    own_running,
    own_starting,
    own_stopped,
    own_not_whole,
    own_removing,
    own_away,
    removing,
)


def take(scene: Scene[Stage], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture of the page, and of a dialog that is open over it."""
    tasks = TaskRunner()
    stage = Stage(theme, tasks, home)
    stage.window.resize(size)
    stage.window.show()
    scene(stage)
    live(0.2)
    stage.window.grab().save(str(target))
    for dialog in stage.window.findChildren(QDialog):
        if dialog.isVisible():
            dialog.grab().save(str(target.with_stem(f"{target.stem}-dialog")))
        dialog.close()
    tasks.shutdown(10)
    stage.window.close()
    stage.window.deleteLater()


if __name__ == "__main__":
    take_all(SCENES, take, {"": WIDE, "small-": SMALL})
