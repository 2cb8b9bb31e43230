"""Versions copied between registries, with all that is known of them."""

from modeldesk.core.attached.attaching import attach, attached
from modeldesk.core.jobs import Job
from modeldesk.core.registry.copying import Copied, CopyRequest, copy
from modeldesk.core.registry.ports import Registries


def copy_version(registries: Registries, request: CopyRequest, job: Job) -> Copied:
    """As `copy`; and where only some platforms come along, which makes another digest of it, what
    was said of the whole is attached to the part. Raises as `copy`, and `InvalidInput`."""
    done = copy(registries, request, job)
    if done.source == done.target.digest:
        return done
    source, goal = request.source, done.target
    said = attached(registries.at(source.registry), source.repository, [done.source], (), job.token)
    edits = [edit for _, _, edit in said]
    attach(registries.at(goal.registry), goal.repository, goal.digest, edits, job.token)
    return done
