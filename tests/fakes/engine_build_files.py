"""How the fake engine comes by a context: whole, or by asking for the files it has not kept."""

import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from modeldesk.core.build_context.scan import ContextEntry
from modeldesk.core.build_context.tar import EntryKind
from modeldesk.core.ports import BuildContext

KeptFiles = dict[str, dict[ContextEntry, bytes]]
"""What was sent before, by what it is kept as."""


@dataclass
class FakeReceiver:
    """`kept` is None for an engine that keeps nothing, as the classic builder does."""

    context: BuildContext
    kept: KeptFiles | None
    check_up: Callable[[], None]
    files: dict[str, bytes] = field(default_factory=dict)

    def receive(self) -> Iterator[int]:
        """Fill `files`; yields how many bytes came with each piece, before it is taken."""
        plan = self.context.plan
        if self.kept is None or plan is None:
            yield from self._receive_tar()
            return
        kept_as = plan.kept_as or str(plan.folder)
        before = self.kept.get(kept_as, {})
        wanted = [entry for entry in plan.entries if entry.kind is EntryKind.FILE]
        for entry in wanted:
            if entry not in before:
                self.context.asked(entry)
        now = {}
        for entry in wanted:
            content = before.get(entry)
            if content is None:
                content = b""
                for chunk in self.context.content(entry):
                    self.check_up()
                    yield len(chunk)
                    content += chunk
            now[entry] = content
        self.kept[kept_as] = now
        self.files = {entry.path: content for entry, content in now.items()}

    def _receive_tar(self) -> Iterator[int]:
        received = io.BytesIO()
        for chunk in self.context.tar():
            self.check_up()
            yield len(chunk)
            received.write(chunk)
        received.seek(0)
        with tarfile.open(fileobj=received) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                if file is not None:
                    self.files[member.name.removeprefix("./")] = file.read()
