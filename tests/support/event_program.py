"""A program that makes releases and sends what is to be told of them, until it is killed or, with
``drain``, until nothing waits: ``python -m tests.support.event_program FOLDER ADDRESS [drain]``."""

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.adapters.os_keyring.secrets import KeyringSecrets
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.outbox import SqliteOutbox
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.adapters.sqlite.rollout_records import SqliteRolloutRecords
from modeldesk.adapters.webhook import HttpEventPoster
from modeldesk.core.event_receiver import receiver
from modeldesk.core.ids import DeploymentName, EngineId, ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.known import KnownByRecords
from modeldesk.core.release_events.sender import EventSender, send_now
from modeldesk.core.release_events.service import Means, ReleaseEvents
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState, VersionTarget

TARGET = VersionTarget(ImageId("sha256:ab"), "team/rec:v1.4.0", "sha256:cd")

_PAUSE_S = 0.05


def main(folder: Path, address: str, drain: bool) -> None:
    database = open_database(folder / "records.sqlite").database
    records = SqliteReleaseRecords(database)
    events = ReleaseEvents(
        SqliteOutbox(database),
        lambda: (receiver(address, id="aa11"),),
        KnownByRecords(records, SqliteRolloutRecords(database)),
        Means(
            HttpEventPoster(),
            KeyringSecrets(),
            FileDeploymentLocks(folder / "locks"),
            lambda: datetime.now(UTC),
        ),
    )
    if drain:
        send_now(events, 30, CancelToken())
        database.close()
        return
    sender = EventSender(events)
    sender.start()
    while True:
        now = datetime.now(UTC)
        release = Release(
            0, EngineId("E"), DeploymentName("shop"), ReleaseKind.DEPLOY, TARGET, None, now,
            "ann", "", ReleaseState.RUNNING,
        )  # fmt: skip
        release = replace(release, id=records.add_release(release))
        sender.nudge()
        records.finish_release(replace(release, state=ReleaseState.SUCCEEDED, finished=now))
        sender.nudge()
        # Slower than they are sent, so that the end is not all sending.
        time.sleep(_PAUSE_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], drain="drain" in sys.argv[3:])
