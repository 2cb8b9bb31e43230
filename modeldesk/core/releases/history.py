"""What a deployment's releases say of the way back (pure)."""

from collections.abc import Iterable

from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState, VersionTarget


def earlier_versions(releases: Iterable[Release]) -> tuple[VersionTarget, ...]:
    """The versions one can go back to, the nearest first, without the one that runs.

    `releases` is newest first. Deployments stack up; a rollback takes off what lay above its
    target, so that rolling back twice goes back two versions instead of to and fro. A version
    that was rolled back from is still listed, after those below the current one.
    """
    stack: list[VersionTarget] = []
    above: list[VersionTarget] = []
    for release in sorted(releases, key=lambda r: r.id):
        if release.state is not ReleaseState.SUCCEEDED:
            continue
        target = release.target
        if release.kind is ReleaseKind.ROLLBACK and any(v.image == target.image for v in stack):
            while stack[-1].image != target.image:
                above.append(stack.pop())
        else:
            stack = [v for v in stack if v.image != target.image]
            stack.append(target)
        above = [v for v in above if v.image != target.image]
    return (*reversed(stack[:-1]), *reversed(above))


def previous_version(releases: Iterable[Release]) -> VersionTarget | None:
    """Where one click goes back to; None when nothing ran before."""
    return next(iter(earlier_versions(releases)), None)
