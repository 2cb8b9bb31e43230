"""What a deployment's releases say of the way back (pure)."""

from collections.abc import Iterable

from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState, VersionTarget


def earlier_versions(releases: Iterable[Release]) -> tuple[VersionTarget, ...]:
    """The versions that ran before the one that runs, the nearest first.

    Deployments stack up; a rollback takes off what lay above its target. So rolling back twice
    goes back two versions, and never to the version that was just left: that one must be chosen.
    """
    stack: list[VersionTarget] = []
    for release in sorted(releases, key=lambda r: r.id):
        if release.state is not ReleaseState.SUCCEEDED:
            continue
        target = release.target
        if release.kind is ReleaseKind.ROLLBACK and any(v.image == target.image for v in stack):
            while stack[-1].image != target.image:
                stack.pop()
        else:
            stack = [v for v in stack if v.image != target.image]
            stack.append(target)
    return tuple(reversed(stack[:-1]))


def previous_version(releases: Iterable[Release]) -> VersionTarget | None:
    """Where one click goes back to; None when nothing ran before."""
    return next(iter(earlier_versions(releases)), None)
