"""Looks after deployments for as long as a program runs."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from modeldesk.core.changes import Changes
from modeldesk.core.deployment_watch.look import Looker
from modeldesk.core.deployment_watch.standing import News, Standing
from modeldesk.core.deployment_watch.telling import FindingTeller
from modeldesk.core.errors import Cancelled, ModelDeskError
from modeldesk.core.ids import EngineId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine

if TYPE_CHECKING:
    from modeldesk.core.deployment_watch.model import Finding

logger = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""How often is looked where nothing is heard: a gateway may fall silent without a word."""
BURST_SECONDS = 0.3
"""What is heard in a burst is looked at once."""


@dataclass(frozen=True, slots=True)
class WatchParts:
    """What a watch is made of."""

    looker: Callable[[], Looker]
    """A new one, for an engine."""
    teller: FindingTeller
    clock: Callable[[], datetime]
    ticks: Callable[[], float] = time.monotonic


class DeploymentWatch:
    """Has a thread of its own. `on_news` is called in it, never twice at once, and not after
    `stop` returned: whenever a finding appeared or went, with all that stands; of what appeared,
    only what no program has told before is in `appeared`."""

    def __init__(
        self,
        engine: Callable[[], ImageEngine | None],
        parts: Callable[[], WatchParts],
        on_news: Callable[[News], None],
        look_s: float = LOOK_SECONDS,
    ) -> None:
        """`engine` is the one in use, by then. `parts` is called in the watch's thread."""
        self._engine = engine
        self._make_parts = parts
        self._on_news = on_news
        self._look_s = look_s
        self._token = CancelToken()
        self._wanted = threading.Condition()
        """Guards what is heard."""
        self._changes = Changes.everything()
        self._asked = True
        self._home: EngineId | None = None
        self._looker: Looker | None = None
        self._standing = Standing()
        self._thread = threading.Thread(target=self._run, name="deployment-watch")

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def heard(self, changes: Changes) -> None:
        """Something changed on the engine, or in the records; from any thread."""
        if changes.touches_containers or changes.touches_images or changes.deployments:
            with self._wanted:
                self._changes |= changes
                self._asked = True
                self._wanted.notify_all()

    def stop(self, timeout: float = 5.0) -> None:
        """End, and wait for the end for `timeout` seconds at most."""
        self._token.cancel()
        with self._wanted:
            self._wanted.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        parts: WatchParts | None = None
        again_s: float | None = None
        while self._wait(self._look_s if again_s is None else min(again_s, self._look_s)):
            again_s = None
            try:
                parts = parts or self._make_parts()
                again_s = self._look(parts)
            except Cancelled:
                return
            except ModelDeskError as error:
                # The engine went, or the records are another's for a moment.
                logger.info("the deployments can't be looked at: %s", error)

    def _wait(self, seconds: float) -> bool:
        """False at the end."""
        with self._wanted:
            self._wanted.wait_for(lambda: self._asked or self._token.cancelled, seconds)
        return not self._token.wait(BURST_SECONDS if self._asked else 0.0)

    def _look(self, parts: WatchParts) -> float | None:
        engine = self._engine()
        if engine is None:
            return None
        home = engine.identity().id
        if home != self._home or self._looker is None:
            self._home, self._looker, self._standing = home, parts.looker(), Standing()
        with self._wanted:
            changes, self._changes = self._changes, Changes()
            self._asked = False
        try:
            found = self._looker.look(engine, changes, self._token)
        except ModelDeskError:
            with self._wanted:
                self._changes |= changes
            raise
        news = self._standing.update(found, parts.ticks(), parts.clock())
        self._tell(parts.teller, home, news)
        return news.again_s

    def _tell(self, teller: FindingTeller, home: EngineId, news: News) -> None:
        new = {one.identity for one in teller.tell(home, news.standing)}
        if news.is_new and not self._token.cancelled:
            appeared: tuple[Finding, ...] = tuple(
                one for one in news.appeared if one.identity in new
            )
            standing = teller.with_times(home, news.standing)
            self._on_news(replace(news, standing=standing, appeared=appeared))
