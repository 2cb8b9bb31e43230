"""Releases and steps of canaries as lines of one history (no Qt)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modeldesk.core.canary.plan import share_text
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState, VersionTarget
from modeldesk.core.words import tr
from modeldesk.ui.presentation import short_digest
from modeldesk.ui.releases.presented import By, HistoryRow, Moment, MomentKind
from modeldesk.ui.releases.words import bare_digest, version_of

if TYPE_CHECKING:
    from modeldesk.core.ids import ImageId


_UNDER_WAY = (ReleaseState.RUNNING, ReleaseState.ROLLING)
_BAD = (ReleaseState.FAILED, ReleaseState.RESTORED)


def history_rows(
    releases: Sequence[Release],
    moments: Sequence[Moment] = (),
    current: VersionTarget | None = None,
) -> tuple[HistoryRow, ...]:
    """Everything that happened, newest first. Each version other than `current` that once served
    can be gone back to where it was put in service last."""
    offered: set[ImageId] = {current.image} if current is not None else set()
    # A canary's moments tell more than its release does.
    told = {moment.release for moment in moments if moment.release}
    rows = []
    promoted: dict[int, VersionTarget] = {}
    for release in releases:
        able = release.state is ReleaseState.SUCCEEDED and release.target.image not in offered
        if able:
            offered.add(release.target.image)
        if release.id not in told:
            rows.append(_of_release(release, release.target if able else None))
        elif able:
            promoted[release.id] = release.target
    for moment in moments:
        leads = moment.kind is MomentKind.PROMOTED
        rows.append(_of_moment(moment, promoted.get(moment.release) if leads else None))
    # Of one second the later is known by its place: sorting leaves it there.
    return tuple(sorted(rows, key=lambda row: row.time, reverse=True))


def _of_release(release: Release, back: VersionTarget | None) -> HistoryRow:
    taken_back = release.state is ReleaseState.ABORTED
    # A person who calls a canary back decides; what the program sends back failed.
    ended_badly = release.state in _BAD or (taken_back and not release.ended_by)
    return HistoryRow(
        f"release {release.id}",
        release.started,
        what_happened(release),
        short_digest(release.target.digest),
        release.target.digest,
        (release.ended_by or tr("automatic")) if taken_back else release.who,
        " · ".join(filter(None, (release.error, release.why))),
        bad=ended_badly,
        ongoing=release.state in _UNDER_WAY and not release.error,
        back=back,
        image=release.target.image,
    )


def what_happened(release: Release) -> str:
    """A release in a few words: ``Rolled back to v1.3.1``."""
    version = version_of(release.target)
    rollback = release.kind is ReleaseKind.ROLLBACK
    match release.state:
        case ReleaseState.RUNNING if release.error:
            text = tr("{version} failed, what ran is to run again", version=version)
        case ReleaseState.RUNNING:
            text = (
                tr("Rolling back to {version}", version=version)
                if rollback
                else tr("Deploying {version}", version=version)
            )
        case ReleaseState.SUCCEEDED if rollback and release.previous is not None:
            before = version_of(release.previous)
            text = tr("Rolled back {before} → {version}", before=before, version=version)
        case ReleaseState.SUCCEEDED:
            text = (
                tr("Rolled back to {version}", version=version)
                if rollback
                else tr("Deployed {version}", version=version)
            )
        case ReleaseState.ROLLING:
            text = tr("Canary {version} under way", version=version)
        case ReleaseState.ABORTED:
            text = tr("Canary {version} taken back", version=version)
        case ReleaseState.RESTORED:
            text = tr("{version} failed, what ran runs again", version=version)
        case ReleaseState.FAILED:
            text = tr("{version} failed", version=version)
    return text


def _of_moment(moment: Moment, back: VersionTarget | None) -> HistoryRow:
    digests = f"{bare_digest(moment.stable.digest)} → {bare_digest(moment.target.digest)}"
    whole = f"{moment.stable.digest}\n→ {moment.target.digest}"
    sent_back = moment.kind is MomentKind.ABORTED and moment.by is not By.PERSON
    reasoned = sent_back and bool(moment.why)
    return HistoryRow(
        f"moment {moment.id}",
        moment.time,
        _moment_text(moment),
        moment.why if reasoned else digests,
        f"{moment.why}\n{whole}" if moment.why else whole,
        _by_text(moment),
        "" if reasoned else moment.why,
        bad=sent_back,
        ongoing=moment.ongoing,
        back=back,
        image=moment.target.image,
    )


def _moment_text(moment: Moment) -> str:
    version, share = version_of(moment.target), share_text(moment.share)
    stable = version_of(moment.stable)
    return {
        MomentKind.SCHEDULED: tr("Canary {version} scheduled", version=version),
        MomentKind.STARTED: tr("Canary {version} started at {share}", version=version, share=share),
        MomentKind.MIRRORED: tr("Canary {version} gets copies of requests", version=version),
        MomentKind.STEP: tr("Canary {version} at {share}", version=version, share=share),
        MomentKind.PAUSED: tr("Canary {version} paused at {share}", version=version, share=share),
        MomentKind.RESUMED: tr("Canary {version} resumed at {share}", version=version, share=share),
        MomentKind.PROMOTED: tr("Canary {version} promoted to stable", version=version),
        MomentKind.ABORTED: tr("Rolled back {before} → {version}", before=version, version=stable),
    }[moment.kind]


def _by_text(moment: Moment) -> str:
    return {
        By.PERSON: moment.who,
        By.SCHEDULE: tr("by schedule"),
        By.AUTOMATIC: tr("automatic"),
    }[moment.by]
