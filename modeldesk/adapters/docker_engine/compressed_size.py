"""How large an image of the engine is once its layers are packed, which the engine does not say
before it pushes. Packing takes a processor for seconds, so it is done in a process of its own."""

from collections.abc import Callable
from contextlib import closing

from modeldesk.adapters.docker_engine.image_source import open_engine_image
from modeldesk.adapters.other_process import ShortOfMemory, hear
from modeldesk.core.contents.model import EngineImage
from modeldesk.core.errors import ArchiveError
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.words import tr


class PackedApart:
    """Implements the `CompressedSizes` port."""

    def compressed_bytes(self, place: EngineImage, job: Job) -> int:
        """See `modeldesk.core.trial.ports.CompressedSizes`."""
        total = 0
        try:
            with closing(hear(_work, (place,), "modeldesk-pack", job.token)) as heard:
                for said in heard:
                    if isinstance(said, Progress):
                        job.report(said)
                    else:
                        total = said
        except ShortOfMemory as error:
            raise ArchiveError(
                tr("The layers were not packed to the end: the machine ran short of memory."),
                tr("Close what else needs much memory, and try again."),
                error.detail,
            ) from None
        return total


def _work(say: Callable[[Progress | int], None], place: EngineImage) -> None:
    """Runs in the other process."""
    with closing(open_engine_image(place)) as source:
        say(source.compressed_bytes(Job(report=say)))
