"""Carries out pushes, pulls, copies and removals in the background, and says how they ended."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from modeldesk.core.artifacts.pulling import Pulled, PullRequest
from modeldesk.core.artifacts.pulling import pull as pull_files
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ImageId, ModelName, short
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.model import Version
from modeldesk.core.ports import DeploymentLocks
from modeldesk.core.references import Reference
from modeldesk.core.registry.copying import Copied, CopyRequest
from modeldesk.core.registry.ports import Registries
from modeldesk.core.registry.removal import RegistryRemoval, remove
from modeldesk.core.transfers.copying import copy_version
from modeldesk.core.transfers.pulling import PullOutcome, pull
from modeldesk.core.transfers.pushing import PushOutcome, push
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.links import ActivityLink, LibraryLink, Link
from modeldesk.ui.tasks.handle import TaskHandle
from modeldesk.ui.tasks.lanes import Lane, serial
from modeldesk.ui.theme.tokens import Tone

T = TypeVar("T")
AttachMetadata = Callable[[ImageId, Sequence[Reference], CancelToken], Sequence[ModelDeskError]]
"""Tells why it could not be done."""


class Transfers(QObject):
    """One per program. What failed or was cancelled can be tried again from Activity: what is
    there by then does not move again."""

    registries_changed = Signal()
    """A registry has more or less than before."""

    def __init__(
        self,
        context: Context,
        registries: Callable[[], Registries],
        locks: DeploymentLocks,
        parent: QObject,
        attach: AttachMetadata = lambda *_: (),
    ) -> None:
        """`registries` is called in worker threads, and so is `attach` after each push: what was
        said of a version goes where it went. `locks` keep two from writing to one folder."""
        super().__init__(parent)
        self._locks = locks
        self._attach = attach
        self._context = context
        self.registries = registries

    def push(self, version: Version, targets: Sequence[Reference]) -> TaskHandle[PushOutcome]:
        """Send a version to its registries."""
        image, link = version.key.image, LibraryLink(version.key.model, version.key.image)

        def work(job: Job) -> PushOutcome:
            engine = self._context.require_engine()
            outcome = push(engine, self.registries(), image, targets, job)
            names = [one.reference for one in outcome.pushed]
            for problem in self._attach(image, names, job.token):
                job.log(str(problem))
            return outcome

        def done(outcome: PushOutcome) -> None:
            self._context.hub.publish_changes(outcome.changes, self)
            self.registries_changed.emit()
            self._context.say(_pushed(outcome), Tone.GOOD)

        name = presentation.printable(str(targets[0]))
        title, said = tr("Push {name}", name=name), tr("Pushing {name}.", name=name)
        return self._begin(work, title, said, done, link)

    def pull(self, reference: Reference, model: ModelName) -> TaskHandle[PullOutcome]:
        """Have a version of a model sent."""

        def done(outcome: PullOutcome) -> None:
            self._context.hub.publish_changes(outcome.changes, self)
            if outcome.before is not None and outcome.moved:
                said = tr("{name} is here; another image had that name, {image}.",
                          name=reference, image=short(outcome.before))  # fmt: skip
                self._context.say(said, Tone.WARNING)
                return
            link = LibraryLink(model, outcome.image)
            self._context.say(
                tr("{name} is here.", name=name),
                Tone.GOOD,
                tr("Show in library"),
                lambda: self._context.navigate(link),
            )

        name = presentation.printable(str(reference).partition("@")[0])
        title, said = tr("Pull {name}", name=name), tr("Pulling {name}.", name=name)
        return self._begin(
            lambda job: pull(self._context.require_engine(), reference, job),
            title,
            said,
            done,
            LibraryLink(model),
        )

    def download(self, reference: Reference, folder: Path) -> TaskHandle[Pulled]:
        """Have the files of a model without an image in a folder."""
        shown = presentation.printable(str(folder))

        def work(job: Job) -> Pulled:
            return pull_files(self.registries(), PullRequest(reference, folder), self._locks, job)

        def done(pulled: Pulled) -> None:
            said = tr(
                "{name} is in {folder}: {moved} moved, {there} were there.",
                name=_tagged(pulled.source),
                folder=shown,
                moved=presentation.size(pulled.moved_bytes),
                there=presentation.size(pulled.there_bytes),
            )
            self._context.say(said, Tone.GOOD)

        name = _tagged(reference)
        title = tr("Pull {name} to {folder}", name=name, folder=shown)
        return self._begin(work, title, tr("Pulling {name}.", name=name), done)

    def copy(self, request: CopyRequest) -> TaskHandle[Copied]:
        """Copy from one registry to another."""

        def done(copied: Copied) -> None:
            self.registries_changed.emit()
            said = tr(
                "{name} is there: {moved} moved, {there} were there.",
                name=_tagged(copied.target),
                moved=presentation.size(copied.moved_bytes),
                there=presentation.size(copied.there_bytes),
            )
            self._context.say(said, Tone.GOOD)

        name = presentation.printable(str(request.target))
        title, said = tr("Copy to {name}", name=name), tr("Copying to {name}.", name=name)
        return self._begin(
            lambda job: copy_version(self.registries(), request, job), title, said, done
        )

    def remove(self, host: str, removal: RegistryRemoval) -> TaskHandle[None]:
        """Take an image out of its registry, as it was agreed to."""

        def done(_: None) -> None:
            self.registries_changed.emit()
            said = tr(
                "Removed from {registry}: {tags}. Its garbage collection frees {size}.",
                registry=host,
                tags=", ".join(removal.tags) or short(removal.digest),
                size=presentation.size(removal.freed_bytes),
            )
            self._context.say(presentation.printable(said), Tone.GOOD)

        title = tr("Remove {name} from {registry}", name=removal.repository, registry=host)
        return self._context.tasks.submit(
            lambda job: remove(self.registries().at(host), removal, job),
            lane=serial(f"registry {host}/{removal.repository}"),
            title=presentation.printable(title),
            owner=self,
            on_result=done,
            told=True,
        )

    def _begin(
        self,
        work: Callable[[Job], T],
        title: str,
        said: str,
        done: Callable[[T], None],
        link: Link | None = None,
    ) -> TaskHandle[T]:
        """Transfer something, and say so with the way to its progress."""
        handle = self._context.tasks.submit(
            work,
            lane=Lane.TRANSFER,
            title=title,
            owner=self,
            on_result=done,
            retry=True,
            told=True,
            link=link,
        )
        progress = ActivityLink(handle.id)
        self._context.say(
            said, action=tr("Show progress"), on_action=lambda: self._context.navigate(progress)
        )
        return handle


def _pushed(outcome: PushOutcome) -> str:
    """What the registry has now, with the digest it knows it by."""
    first = outcome.pushed[0]
    names = ", ".join(_tagged(one.reference) for one in outcome.pushed)
    digest = presentation.short_digest(first.reference.digest)
    moved = [one.reference.tag for one in outcome.pushed if one.moved]
    sentences = [tr("{names} is pushed as {digest}.", names=names, digest=digest)]
    if moved:
        sentences.append(tr("{tags} moved there.", tags=", ".join(moved)))
    return presentation.printable(" ".join(sentences))


def _tagged(reference: Reference) -> str:
    return presentation.printable(str(reference).partition("@")[0])
