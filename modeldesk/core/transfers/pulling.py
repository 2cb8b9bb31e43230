"""Images had from registries, known by their digest."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from modeldesk.core.build.checks import Holders
from modeldesk.core.changes import Changes
from modeldesk.core.errors import InvalidReference
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.registry.tally import Tally
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class PullOutcome:
    """What came of a pull."""

    reference: Reference
    """With the digest that it is known by."""
    image: ImageId
    before: ImageId | None
    """The image that had the tag here; None for none."""
    moved_bytes: int
    """Of layers, packed."""
    there_bytes: int

    @property
    def moved(self) -> bool:
        """Whether another image had the tag here."""
        return self.before is not None and self.before != self.image

    @property
    def changes(self) -> Changes:
        return Changes(images=frozenset(filter(None, (self.image, self.before))))


def pull(engine: ImageEngine, reference: Reference, job: Job) -> PullOutcome:
    """Have an image sent. With a digest it is that very image, and gets the tag beside it, if
    there is one; a version's name is not taken from another image here. Raises
    `InvalidReference`, `InvalidVersion`, and what `ImageEngine.pull` raises."""
    if not (reference.tag or reference.digest):
        raise InvalidReference(
            tr("“{name}” says no tag.", name=reference),
            tr("Write the tag or the digest of what is to be pulled."),
        )
    tag = replace(reference, digest="") if reference.tag else None
    held = engine.list_images()
    before = next((one.id for one in held if tag in one.tags), None)
    wanted = reference if not reference.digest else replace(reference, tag="")
    tally = Tally(tr("Pulling"), job.report)
    pulled = engine.pull(wanted, tally, job.token)
    if tag is not None and reference.digest:
        if not is_mutable(tag.tag):
            Holders(held, ()).check([tag], datetime.now(UTC).astimezone(), pulled.image)
        engine.tag_image(pulled.image, tag)
    found = replace(reference, digest=pulled.digest)
    return PullOutcome(found, pulled.image, before, tally.moved_bytes, tally.there_bytes)
