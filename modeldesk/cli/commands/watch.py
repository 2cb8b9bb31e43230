"""``modeldesk watch``: what a window does by itself for what runs, without one."""

import argparse
from collections.abc import Sequence
from contextlib import ExitStack

from modeldesk.cli.answer import Answer
from modeldesk.cli.session import Session
from modeldesk.cli.values import seconds
from modeldesk.cli.watching import Companion, Companions, HealingLoop, Line, LinePrinter
from modeldesk.core.canary.model import Rollout
from modeldesk.core.canary.words import sentence
from modeldesk.core.changes import Changes
from modeldesk.core.deployment_watch.standing import News
from modeldesk.core.deployment_watch.watch import LOOK_SECONDS, DeploymentWatch
from modeldesk.core.deployment_watch.words import gone_text, remedy_text
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.engine.watch import EngineWatch
from modeldesk.core.ports import ImageEngine
from modeldesk.core.release_events.sender import EventSender
from modeldesk.core.words import tr

_EPILOG = """\
It keeps canaries going; finishes or undoes what a killed program left in the middle; puts back
gateways and containers that somebody took away; tells when something is not as it should be with a
deployment (it went, is restarted again and again, is not healthy, its image is gone, its channel
names another version) and when it is right again; and sends events to receivers (modeldesk events).
It waits for an engine that is not there. Ctrl-C or SIGTERM ends it; several may run at once.
"""
_LEAVING_S = 10.0
_LONG_S = 3600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--every",
        type=seconds,
        default=LOOK_SECONDS,
        metavar="SECONDS",
        help=f"look so often where the engine tells of nothing ({LOOK_SECONDS:.0f})",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Watch until it is cancelled. Each line is printed as it comes; with --json each is a
    document of its own."""
    watching = Watching(session, LinePrinter(as_json=arguments.json), arguments.every)
    watching.run()
    return Answer(None, (), streamed=True)


class Watching:
    """All that runs while it watches."""

    def __init__(self, session: Session, printer: LinePrinter, every_s: float) -> None:
        self._session = session
        self._say = printer.say
        self._healing: HealingLoop | None = None
        self._said: dict[int, str] = {}
        """Of each canary."""
        # What can't be had at all is said before anything is begun.
        self._sender = EventSender(session.release_events())
        session.parts.on_canary_told = self._sender.nudge
        self._companions = Companions(self._made_for)
        self._deployments = DeploymentWatch(
            lambda: self._engine.engine, lambda: session.parts.watch_parts, self._news, every_s
        )
        self._engine = EngineWatch(
            session.parts.finder,
            session.parts.settings.engine_address,
            self._connection,
            self._changes,
        )

    def run(self) -> None:
        """Until the session's job is cancelled."""
        with ExitStack() as running:
            self._say(Line("watching", tr("Watching. Ctrl-C ends it.")))
            for one in (self._sender, self._deployments, self._engine):
                running.callback(one.stop, _LEAVING_S)
                one.start()
                if one is self._deployments:
                    running.callback(self._companions.leave)
            while not self._session.job.token.wait(_LONG_S):
                pass
        self._say(Line("ended", tr("Ended.")))

    def _made_for(self, engine: ImageEngine) -> Sequence[Companion]:
        """Who looks after an engine that was met."""
        parts = self._session.parts
        self._healing = HealingLoop(engine, lambda: parts.deployments, self._say)
        return (self._healing, parts.canary_watch(engine, self._canary))

    def _connection(self, connection: Connection) -> None:
        match connection.state:
            case ConnectionState.CONNECTED:
                engine = self._engine.engine
                if engine is not None:
                    self._say(Line("engine", tr("The engine is there.")))
                    self._companions.meet(engine)
            case ConnectionState.LOST | ConnectionState.NONE:
                self._companions.leave()
                text = tr("No engine answers; it is waited for.")
                self._say(Line("no engine", " ".join(filter(None, (text, connection.reason)))))
            case ConnectionState.SEARCHING:
                pass

    def _changes(self, changes: Changes) -> None:
        self._deployments.heard(changes)
        self._sender.nudge()

    def _news(self, news: News) -> None:
        for found in news.appeared:
            helps = " / ".join(remedy_text(found, one) for one in found.remedies)
            text = " ".join(filter(None, (found.text, found.detail, helps and f"({helps})")))
            self._say(Line("finding", text, found))
        for gone in news.gone:
            self._say(Line("finding gone", gone_text(gone), gone))
        # What comes back may be elsewhere by now: tasks of a swarm have other addresses.
        heard = (*news.appeared, *news.gone)
        if any(one.problem.grave for one in heard) and self._healing is not None:
            self._healing.ask()
        self._sender.nudge()

    def _canary(self, rollout: Rollout) -> None:
        text = " ".join(filter(None, (sentence(rollout), rollout.why)))
        if self._said.get(rollout.id) != text:
            self._said[rollout.id] = text
            self._say(Line("canary", text))
        self._sender.nudge()
