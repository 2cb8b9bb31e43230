"""What moving a channel would do, as things are now."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from modeldesk.core.channels.model import Move, MovePlan, Place, Step, StepState
from modeldesk.core.channels.names import channel_references, held_references, lies_in_registry
from modeldesk.core.channels.tags import is_left_over, registry_digest
from modeldesk.core.errors import (
    ArchiveDamaged,
    ChannelError,
    ModelDeskError,
    NotInRegistry,
    RegistryError,
)
from modeldesk.core.ids import ImageId, short
from modeldesk.core.image_documents import Index, read_manifest
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries, Registry
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Planner:
    """Asks what there is. With `here_only` no registry is asked, or moved along."""

    engine: ImageEngine
    registries: Registries
    snapshot: LibrarySnapshot
    token: CancelToken
    here_only: bool = False

    def put_on(self, version: Version, channel: str) -> MovePlan:
        """Give `channel` to `version`, in each repository where it has a name. Raises
        `ChannelError` for an image without one."""
        references = channel_references(version, channel)
        if not references:
            raise ChannelError(
                tr("{version} has no name, so it can't get a channel.", version=version.name),
                tr("Give it a tag first."),
            )
        here = self._tags_here()
        steps = [
            Step(Place.ENGINE, one, here.get(one, ""), version.key.image) for one in references
        ]
        there: list[Step] = []
        problems: list[ModelDeskError] = []
        for reference in self._remote(references, version):
            try:
                after = self._digest_of(version, reference)
                before = registry_digest(self.registries, reference, self.token)
                if before not in ("", after) and self._is_left_over(reference, before):
                    before = ""
                there.append(Step(Place.REGISTRY, reference, before, after))
            except (RegistryError, ChannelError) as error:
                problems.append(error)
        return self._planned(version, channel, [*there, *steps], version.name, problems)

    def take_off(self, version: Version, channel: str) -> MovePlan:
        """Take `channel` off `version`, and in registries where it says the same version."""
        references = held_references(version, channel)
        if not references:
            raise ChannelError(
                tr("{version} is not {channel}.", version=version.name, channel=channel)
            )
        steps = [Step(Place.ENGINE, one, version.key.image, "") for one in references]
        there: list[Step] = []
        problems: list[ModelDeskError] = []
        for reference in self._remote(references, version):
            try:
                found = registry_digest(self.registries, reference, self.token)
                if found and found == self._digest_of(version, reference):
                    there.append(Step(Place.REGISTRY, reference, found, ""))
                elif found and self._is_left_over(reference, found):
                    there.append(Step(Place.REGISTRY, reference, "", ""))
            except NotInRegistry:
                continue
            except (RegistryError, ChannelError) as error:
                problems.append(error)
        return self._planned(version, channel, [*there, *steps], "", problems)

    def _planned(
        self,
        version: Version,
        channel: str,
        steps: list[Step],
        after: str,
        problems: list[ModelDeskError],
    ) -> MovePlan:
        # What the engine has is known by name more often than what a registry has.
        known = sorted(steps, key=lambda step: step.place is not Place.ENGINE)
        before = next((name for step in known if (name := self._name_of(step))), "")
        return MovePlan(
            version.key.model, channel, before, after, tuple(steps), problems=tuple(problems)
        )

    def _name_of(self, step: Step) -> str:
        """The version that a step's tag names before it; what is no version here by its id."""
        if not step.before:
            return ""
        for entry in (*self.snapshot.models, *self.snapshot.others):
            for version in entry.versions:
                digests = {one.digest for one in version.digests}
                if step.before == version.key.image or step.before in digests:
                    return version.name
        return short(step.before)

    def _is_left_over(self, reference: Reference, digest: str) -> bool:
        return is_left_over(self.registries, reference, digest, self.token)

    def _tags_here(self) -> dict[Reference, ImageId]:
        return {tag: image.id for image in self.engine.list_images() for tag in image.tags}

    def _remote(self, references: Iterable[Reference], version: Version) -> list[Reference]:
        if self.here_only:
            return []
        return [one for one in references if lies_in_registry(one, version)]

    def _digest_of(self, version: Version, reference: Reference) -> str:
        """Of the version's manifest in the repository of `reference`. Raises `NotInRegistry`
        where it was never pushed there, `ChannelError` where its name means another image."""
        registry = self.registries.at(reference.registry)
        for known in version.digests:
            if known.name == reference.name:
                try:
                    return registry.digest(reference.repository, known.digest, self.token)
                except NotInRegistry:
                    continue
        tag = next(
            (
                one.tag
                for one in version.references
                if one.name == reference.name and one.tag and not is_mutable(one.tag)
            ),
            "",
        )
        if not tag:
            raise _not_there(version, reference)
        try:
            found = registry.manifest(reference.repository, tag, self.token)
        except NotInRegistry:
            raise _not_there(version, reference) from None
        if not _is_image(registry, reference.repository, found.content, version, self.token):
            raise ChannelError(
                tr(
                    "{name} is another image in {registry} than on the engine.",
                    name=f"{reference.repository}:{tag}",
                    registry=reference.registry,
                ),
                tr("Pull it, or push this one under a version of its own."),
            )
        return found.digest


def undoing(move: Move) -> MovePlan:
    """The way back of `move`, whether it came to its end or not."""
    steps = tuple(
        replace(one, before=one.after, after=one.before, state=StepState.WAITING)
        for one in move.steps
    )
    return MovePlan(move.model, move.channel, move.after, move.before, steps, undoes=move.id)


def _is_image(
    registry: Registry, repository: str, content: bytes, version: Version, token: CancelToken
) -> bool:
    """Whether a manifest, or one of an index, is of the version's image, which engines call by
    its configuration's digest or by the manifest's own."""
    if f"sha256:{hashlib.sha256(content).hexdigest()}" == version.key.image:
        return True
    try:
        found = read_manifest(content)
    except ArchiveDamaged:
        return False
    if not isinstance(found, Index):
        return found.config.digest == version.key.image
    return any(
        one.digest == version.key.image
        or _is_image(
            registry,
            repository,
            registry.manifest(repository, one.digest, token).content,
            version,
            token,
        )
        for one in found.manifests
        if not one.is_attestation
    )


def _not_there(version: Version, reference: Reference) -> NotInRegistry:
    return NotInRegistry(
        tr("{version} is not in {repository}.", version=version.name, repository=reference.name),
        tr("Push it first, or move the channel on this engine alone."),
    )
