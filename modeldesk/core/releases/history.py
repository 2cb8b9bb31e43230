"""What a deployment's releases say of the way back (pure)."""

from collections.abc import Collection

from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState, VersionTarget


def as_served(releases: Collection[Release]) -> tuple[Release, ...]:
    """The releases that succeeded, in the order their targets came to serve: a canary when it was
    promoted. What served meanwhile may have been run again while it stood."""
    served: list[Release] = []
    beside: list[Release] = []
    for release in sorted(releases, key=lambda r: r.id):
        if release.state is not ReleaseState.SUCCEEDED:
            continue
        before = [one for one in beside if one.finished and one.finished <= release.started]
        served += before
        beside = [one for one in beside if one not in before]
        (beside if release.kind is ReleaseKind.CANARY else served).append(release)
    return (*served, *beside)


def earlier_versions(releases: Collection[Release]) -> tuple[VersionTarget, ...]:
    """The versions that ran before the one that runs, the nearest first.

    Deployments stack up; a rollback takes off what lay above its target. So rolling back twice
    goes back two versions, and never to the version that was just left: that one must be chosen.
    """
    stack: list[VersionTarget] = []
    for release in as_served(releases):
        target = release.target
        if release.kind is ReleaseKind.ROLLBACK and any(v.image == target.image for v in stack):
            while stack[-1].image != target.image:
                stack.pop()
        else:
            stack = [v for v in stack if v.image != target.image]
            stack.append(target)
    return tuple(reversed(stack[:-1]))


def other_versions(releases: Collection[Release]) -> tuple[VersionTarget, ...]:
    """Every version that once served, but for the one that serves now: first those of
    `earlier_versions`, then those that were left by a rollback, the newest first."""
    served = [release.target for release in reversed(as_served(releases))]
    ways = {version.image: version for version in (*earlier_versions(releases), *served)}
    return tuple(version for version in ways.values() if version.image != served[0].image)


def previous_version(releases: Collection[Release]) -> VersionTarget | None:
    """Where one click goes back to; None when nothing ran before."""
    return next(iter(earlier_versions(releases)), None)


def never_served(releases: Collection[Release]) -> frozenset[int]:
    """The releases of canaries that were taken back, and did not serve later either."""
    last = {one.target.image: one.id for one in as_served(releases)}
    return frozenset(
        one.id
        for one in releases
        if one.state is ReleaseState.ABORTED and last.get(one.target.image, 0) < one.id
    )
