"""The build page with everything around it that it needs, on a fake engine."""

import json
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from modeldesk import resources
from modeldesk.core.build.service import BuildService
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.jobs import Job
from modeldesk.core.library.service import Library
from modeldesk.core.lint.service import Linter
from modeldesk.core.recipes.service import RecipeService
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.build.session import BuildSession
from modeldesk.ui.build.views import Showing, build_views
from modeldesk.ui.links import BuildLink
from modeldesk.ui.making import at_once
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.package_resolver import FakeResolver
from tests.fakes.records import (
    FakeBuildRecords,
    FakeDigestRecords,
    FakeImageRecords,
    FakeRemoteRecords,
)
from tests.fakes.source_control import FakeCheckout, FakeSourceControl
from tests.gui.parts import Heard, make_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from modeldesk.ui.links import LibraryLink

COMMIT = "9f31c0a4" * 5


def model_folder(parent: Path, name: str = "recommendation", dockerfile: str = "") -> Path:
    """A small model with its program; with a Dockerfile of its own when one is given."""
    folder = parent / name
    folder.mkdir(parents=True)
    header = json.dumps(
        {"weight": {"dtype": "F32", "shape": [64, 64], "data_offsets": [0, 16384]}}
    ).encode()
    weights = struct.pack("<Q", len(header)) + header + b"\0" * 16384
    (folder / "recommendation_v2.safetensors").write_bytes(weights)
    (folder / "serve.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/health')\n"
        "def health():\n    return {}\n"
    )
    (folder / "requirements.txt").write_text("fastapi==0.115.0\nscikit-learn==1.5.2\n")
    (folder / "metrics.json").write_text('{"accuracy": 0.943, "dataset_version": "clicks-2026-10"}')
    if dockerfile:
        (folder / "Dockerfile").write_text(dockerfile)
    return folder


class Bench(QObject):
    """What a test takes hold of."""

    def __init__(
        self, theme: Theme, tasks: TaskRunner, home: Path, linter: Linter | None = None
    ) -> None:
        super().__init__()
        self.home = home
        self.tasks = tasks
        self.engine = FakeEngine()
        self.engine.add_image("python:3.11-slim", "python:3.11-slim-bookworm")
        self.online = True
        self.context = make_context(
            theme, tasks, home, engine=lambda: self.engine if self.online else None
        )
        self.heard = Heard(self.context)
        self.records = FakeBuildRecords()
        self.source = FakeSourceControl()
        self.remote = FakeRemoteRecords()
        self.builds = BuildService(
            self.records,
            self.source,
            lambda: datetime.now(UTC),
            FakeDeploymentLocks(),
            resources.path("serving"),
            checkouts=home / "checkouts",
            digests=FakeDigestRecords(),
            remote=self.remote,
        )
        checking = linter or Linter()
        self.linter: Callable[[], Linter] = lambda: checking
        self.resolver = FakeResolver()
        self.recipes = RecipeService(None, self.resolver)
        self.selected: list[LibraryLink] = []
        self.page = BuildPage(
            self.context,
            self.builds,
            at_once(build_views(self.context, self.linter)),
            lambda: self.recipes,
            self.selected.append,
        )

    def open(self, qtbot: QtBot) -> None:
        """Show the page, and close it when the test ends."""
        qtbot.addWidget(self.page)
        self.page.resize(1100, 850)
        self.page.show()

    def look(self, qtbot: QtBot, folder: Path) -> None:
        """Have a build of `folder` planned."""
        self.page.activate(BuildLink(folder=folder))
        qtbot.waitUntil(lambda: self.page.showing is Showing.PLAN)

    def build(self) -> BuildSession:
        """Begin to build what is planned."""
        self.page.heading.build.click()
        session = self.page.session
        assert session is not None
        return session

    def folder(self, name: str = "recommendation", dockerfile: str = "") -> Path:
        """A model folder in a checkout of its own."""
        folder = model_folder(self.home / "work", name, dockerfile)
        facts = GitFacts(COMMIT, "main", False, "https://git.lan/ml/recommendation")
        self.source.checkouts[folder.resolve()] = FakeCheckout(facts)
        return folder

    def commit(self, folder: Path, commit: str, **files: str) -> FakeCheckout:
        """An earlier commit of a model folder, with its texts as they are but for `files`."""
        checkout = self.source.checkouts[folder.resolve()]
        texts = {
            path.name: path.read_text()
            for path in folder.iterdir()
            if path.suffix != ".safetensors"
        }
        checkout.commits[commit] = {**texts, **files}
        return checkout

    def add_versions(self, *tags: str, model: str = "recommendation") -> None:
        """Versions that are there already."""
        for number, tag in enumerate(tags):
            self.engine.add_image(
                f"{model}:{tag}",
                steps=[("COPY model.safetensors /app/", 20_000_000 + number)],
                labels={"io.modeldesk.model.name": model},
            )
        self.read_library()

    def read_library(self) -> None:
        """The library as the engine has it now."""
        library = Library(FakeImageRecords())
        library.reload(self.engine)
        self.context.hub.publish_snapshot(library.fill_details(self.engine, Job(), lambda _: None))

    def lose_engine(self) -> None:
        """No engine answers from now on."""
        self.online = False
        self.context.hub.publish_connection(Connection(ConnectionState.LOST, self.engine.info))
