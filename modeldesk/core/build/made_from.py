"""What an image is made from: the time of its sources, and its base image."""

from dataclasses import dataclass

from modeldesk.core.build_context.scan import ContextPlan
from modeldesk.core.errors import InvalidReference
from modeldesk.core.ports import ImageEngine
from modeldesk.core.recipes.digests import digest_of, named
from modeldesk.core.references import Reference
from modeldesk.core.versioning.git_facts import GitFacts


def source_date(git: GitFacts | None, context: ContextPlan) -> int:
    """When the sources were last changed, in seconds since the epoch: the commit's time, or that
    of the newest file where the folder is in no commit as it is."""
    if git is not None and git.committed and not git.dirty:
        return git.committed
    return context.newest


@dataclass(frozen=True, slots=True)
class Base:
    """What tells a base image from another of its name; empty where it is not known."""

    digest: str = ""
    """Of its manifest: as it is written, or as its registry knows the image by."""
    image: str = ""
    """The engine's id of one that no registry is known to have by that name."""


def base_of(engine: ImageEngine, base: str) -> Base:
    """The base image as it is written, or else as the engine has it. Raises what listing images
    does."""
    try:
        reference = Reference.parse(base) if base else None
    except InvalidReference:
        return Base()
    if reference is None or reference.digest:
        return Base(reference.digest if reference else "")
    image = named(reference, engine.list_images())
    if image is None:
        return Base()
    digest = digest_of(reference, image)
    return Base(digest, "" if digest else image.id)
