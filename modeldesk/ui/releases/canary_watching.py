"""The watch over the canaries of the engine in use, kept while the window is open."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject

from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.canary.words import reason_text
from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ports import ImageEngine
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.releases.canaries import Watching
from modeldesk.ui.releases.words import version_of
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.theme.tokens import Tone


class Watch(Watching, Protocol):
    """A watch with a thread of its own."""

    def start(self) -> None:
        """Begin; returns at once."""
        ...

    def stop(self, timeout: float) -> None:
        """End, and wait for that, `timeout` seconds at most."""
        ...


Make = Callable[[ImageEngine, Callable[[Rollout], None]], Watch]


class CanaryWatching(QObject):
    """Has a watch for the engine in use. What it does by itself is told to the pages, and how a
    canary ended or stopped is said in the window."""

    def __init__(self, context: Context, make: Make, parent: QObject | None = None) -> None:
        """`make` is called in a worker, with what is to hear of changes."""
        super().__init__(parent)
        self._context = context
        self._make = make
        self._engine: ImageEngine | None = None
        self._watch: Watch | None = None
        self._ending: list[threading.Thread] = []
        self._stopped = False
        context.hub.connection_changed.connect(self._connection_changed)
        self._connection_changed(context.hub.connection)

    @property
    def watch(self) -> Watch | None:
        """The watch over the engine in use; None without one. From any thread."""
        return self._watch

    def stop(self, seconds: float) -> bool:
        """The program ends: watch no more, and wait at most so long; say whether it is over."""
        self._stopped = True
        self._leave()
        for thread in self._ending:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._ending)

    def _connection_changed(self, connection: Connection) -> None:
        engine = self._context.engine()
        if connection.state is not ConnectionState.CONNECTED or engine is None:
            self._leave()
        elif engine is not self._engine:
            self._leave()
            self._engine = engine
            self._begin(engine)

    def _begin(self, engine: ImageEngine) -> None:
        self._context.tasks.submit(
            lambda _: self._make(engine, self._heard),
            lane=serial("watch canaries"),
            title=tr("Watch over canaries"),
            owner=self,
            on_result=lambda watch: self._made(engine, watch),
            on_error=self._failed,
            show_in_activity=False,
        )

    def _made(self, engine: ImageEngine, watch: Watch) -> None:
        if self._stopped or engine is not self._engine:
            return
        self._watch = watch
        watch.start()

    def _failed(self, error: ModelDeskError) -> None:
        self._engine = None
        self._context.say(str(error), Tone.BAD)

    def _leave(self) -> None:
        watch, self._watch, self._engine = self._watch, None, None
        if watch is not None:
            # It may be in the middle of a look; the window does not wait for that.
            thread = threading.Thread(
                target=watch.stop, args=(_LONGEST_S,), name="modeldesk-unwatch", daemon=True
            )
            thread.start()
            self._ending = [one for one in self._ending if one.is_alive()] + [thread]

    def _heard(self, rollout: Rollout) -> None:
        """In the watch's thread."""
        self._context.tasks.post(self, lambda: self._tell(rollout))

    def _tell(self, rollout: Rollout) -> None:
        name = rollout.deployment.name
        changed = Changes(every_container=True, deployments=frozenset({name}))
        self._context.hub.publish_changes(changed, self)
        said = _said(rollout)
        if said is not None:
            text, tone = said
            show = partial(self._context.navigate, ReleasesLink(name))
            self._context.say(text, tone, tr("Show"), show)


_LONGEST_S = 10.0


def _said(rollout: Rollout) -> tuple[str, Tone] | None:
    """What is worth saying of how it stands now."""
    name, version = rollout.deployment.name, version_of(rollout.target)
    match rollout.phase:
        case Phase.PROMOTED:
            text = tr("{name} runs {version}: it passed every step.", name=name, version=version)
            return text, Tone.GOOD
        case Phase.ABORTED:
            stable = version_of(rollout.stable)
            if rollout.ended_by:
                text = tr("{name} went back to {version}. {told}",
                          name=name, version=stable, told=reason_text(rollout))  # fmt: skip
                return text, Tone.NEUTRAL
            text = tr("{name} went back to {version}: {reason}",
                      name=name, version=stable, reason=rollout.why)  # fmt: skip
            return text, Tone.BAD
        case Phase.PAUSED:
            text = tr("The canary {version} on {name} waits: {reason}",
                      name=name, version=version, reason=rollout.why)  # fmt: skip
            return text, Tone.WARNING
        case _:
            return None
