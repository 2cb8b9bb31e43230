"""What is said of a tag that names one image here and another in its registry."""

from collections.abc import Callable
from datetime import datetime

from modeldesk.core.ids import ImageId, short
from modeldesk.core.library.model import Drift
from modeldesk.core.text import size_text
from modeldesk.core.words import tr


def drift_text(drift: Drift, moment: Callable[[datetime], str]) -> str:
    """Both images in one sentence each: digest, size and time. `moment` writes a time."""
    name = f"{drift.reference.name}:{drift.reference.tag}"
    local, remote = drift.local, drift.remote
    here = tr(
        "Here {name} is {digest}, {size} on disk, made {time}.",
        name=name,
        digest=_short(drift.local_digest),
        size=size_text(local.size_bytes),
        time=moment(local.created),
    )
    if remote is None:
        there = tr("In the registry it is {digest}.", digest=_short(drift.remote_digest))
    else:
        there = tr(
            "In the registry it is {digest}, {size} compressed, made {time}.",
            digest=_short(drift.remote_digest),
            size=size_text(remote.compressed_bytes),
            time=moment(remote.created),
        )
    return f"{here} {there}"


def drift_remedies(drift: Drift) -> tuple[str, ...]:
    """What can be done about it, each with its command."""
    name = f"{drift.reference.name}:{drift.reference.tag}"
    return (
        tr("To have theirs: modeldesk pull {name}", name=f"{name}@{drift.remote_digest}"),
        tr("To keep both, push yours under another tag: modeldesk push {image} {repository}:TAG",
           image=short(drift.local.key.image), repository=drift.reference.name),
    )  # fmt: skip


def _short(digest: str) -> str:
    algorithm, _, _ = digest.partition(":")
    return f"{algorithm}:{short(ImageId(digest))}"
