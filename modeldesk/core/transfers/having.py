"""Having an image on an engine, wherever it comes from."""

from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.transfers.pulling import pull


def have(engine: ImageEngine, wanted: Reference, job: Job) -> ImageId:
    """The image that the engine has by that digest, or else that tag; it is pulled first where
    there is none. Raises what `pull` raises."""
    for one in engine.list_images():
        names = one.digests if wanted.digest else one.tags
        if any(name.name == wanted.name and _same(name, wanted) for name in names):
            return one.id
    return pull(engine, wanted, job).image


def _same(name: Reference, wanted: Reference) -> bool:
    return name.digest == wanted.digest if wanted.digest else name.tag == (wanted.tag or "latest")
