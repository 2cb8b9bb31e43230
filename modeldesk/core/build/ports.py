"""What builds are kept by."""

from collections.abc import Collection, Mapping
from typing import Protocol

from modeldesk.core.build.model import BuildRecord, FileDigest
from modeldesk.core.ids import BuildId, ImageId, ModelName
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference


class ChannelNotes(Protocol):
    """Knows who may get which channel, and hears which of them a build has moved, so that their
    history is whole."""

    def note_built(
        self,
        engine: ImageEngine,
        model: ModelName,
        version: str,
        image: ImageId,
        moved: Mapping[Reference, tuple[ImageId | None, str]],
        labels: Mapping[str, str],
        why: str,
    ) -> None:
        """`moved` are the tags that `image` has got, each with the image and the version that it
        named before; `why` is the person's reason, if one was given. Raises nothing: the image is
        there whatever is kept of it."""
        ...

    def check_built(
        self,
        version: str,
        labels: Mapping[str, str],
        channels: Collection[str],
        why: str,
        *,
        override: bool,
    ) -> None:
        """Raise `RuleBroken` where a version that is to be built with `labels` may not get one of
        `channels`, unless `override` (which needs a reason: `InvalidInput`)."""
        ...


class BuildRecords(Protocol):
    """Every build that was started."""

    def add_build(self, record: BuildRecord) -> None: ...

    def update_build(self, record: BuildRecord) -> None: ...

    def build(self, build: BuildId) -> BuildRecord | None: ...

    def recent_builds(self, limit: int = 100) -> tuple[BuildRecord, ...]:
        """Newest first, without their logs and what was asked."""
        ...

    def build_history(self, model: ModelName | None = None) -> tuple[BuildRecord, ...]:
        """Every build, or every one of a model, newest first; without steps, logs and what was
        asked, so that ten thousand are read in a moment."""
        ...

    def mark_interrupted_builds(self) -> int:
        """Records still RUNNING that no living program owns become INTERRUPTED; how many."""
        ...


class DigestRecords(Protocol):
    """What was in the files of folders, so that gigabytes are read once. It may be forgotten."""

    def digests(self, folder: str) -> Mapping[str, FileDigest]:
        """What is kept of a folder's files, by path."""
        ...

    def keep_digests(
        self, folder: str, new: Mapping[str, FileDigest], gone: Collection[str]
    ) -> None:
        """Keep what is `new` and forget the paths that are `gone`. Of folders that were not
        spoken of for long, all may be forgotten."""
        ...
