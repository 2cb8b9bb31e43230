"""The context, given to the engine file by file: it asks for those it has not kept from an earlier
build, by their size and time."""

from collections import deque
from collections.abc import Iterable, Sequence
from urllib.parse import unquote_plus

from modeldesk.adapters.docker_engine.session.packets import (
    END_OF_STATS,
    FINISHED,
    PacketType,
    Received,
    data_head,
    end_of_data,
    read_packet,
    stat_packet,
)
from modeldesk.adapters.docker_engine.session.server import (
    NOT_FOUND,
    Call,
    Handler,
    Metadata,
    Refused,
)
from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.build_context.scan import ContextEntry, ContextPlan
from modeldesk.core.build_context.selection import in_order, selected
from modeldesk.core.build_context.tar import EntryKind
from modeldesk.core.ports import BuildContext

METHOD = "/moby.filesync.v1.FileSync/DiffCopy"
_STATS_AT_ONCE = 256


def file_handler(context: BuildContext, plan: ContextPlan, dockerfile: str) -> Handler:
    """Answers for the two folders a builder knows: that of the context, and that of the
    Dockerfile, of which there is no more than the builder reads of it."""
    folders = {
        "context": in_order(plan.entries),
        "dockerfile": in_order(_builder_files(plan, dockerfile)),
    }

    def handle(call: Call) -> None:
        name = next(iter(_values(call.metadata, "dir-name")), "")
        if name not in folders:
            raise Refused(NOT_FOUND, f"no folder {name}")
        wanted = _values(call.metadata, "followpaths") + _values(call.metadata, "include-patterns")
        entries = selected(folders[name], wanted)
        if name == "context" and _values(call.metadata, "exclude-patterns"):
            # The builder has read what it needs of these, and an image has none of them.
            entries = [entry for entry in entries if entry.path not in plan.builder_only]
        _Transfer(call, context, entries).run()

    return handle


def _builder_files(plan: ContextPlan, dockerfile: str) -> Iterable[ContextEntry]:
    names = {dockerfile, DOCKERIGNORE}
    if DOCKERIGNORE not in plan.texts:
        names.add(f"{dockerfile}{DOCKERIGNORE}")
    return (entry for entry in plan.entries if entry.path in names)


class _Transfer:
    """One folder, as the engine goes through it."""

    def __init__(self, call: Call, context: BuildContext, entries: Sequence[ContextEntry]) -> None:
        self._call = call
        self._context = context
        self._entries = entries
        self._wanted: deque[int] = deque()

    def run(self) -> None:
        """Say what there is, then send what is asked for, until the engine has it all."""
        for first in range(0, len(self._entries), _STATS_AT_ONCE):
            self._call.send(*map(stat_packet, self._entries[first : first + _STATS_AT_ONCE]))
        self._call.send(END_OF_STATS)
        while (message := self._call.receive()) is not None:
            more = self._hear([message, *self._call.received()])
            while more and self._wanted:
                self._send(self._wanted.popleft())
                # So that it is known early how much there will be.
                more = self._hear(self._call.received())
            if not more:
                break

    def _hear(self, messages: Iterable[bytes]) -> bool:
        """Whether there is more to come."""
        taken = [self._take(read_packet(message)) for message in messages]
        return all(taken)

    def _take(self, packet: Received) -> bool:
        match packet.type:
            case PacketType.REQUEST:
                self._want(packet.id)
            case PacketType.FINISH:
                self._call.send(FINISHED)
                return False
            case PacketType.ERROR:
                # The engine itself says why, in the answer to the build.
                return False
        return True

    def _want(self, number: int) -> None:
        if not (number < len(self._entries) and self._entries[number].kind is EntryKind.FILE):
            raise Refused(NOT_FOUND, f"no file {number}")
        self._context.asked(self._entries[number])
        self._wanted.append(number)

    def _send(self, number: int) -> None:
        for chunk in self._context.content(self._entries[number]):
            if chunk:
                self._call.send_in_pieces(data_head(number, len(chunk)), chunk)
        self._call.send(end_of_data(number))


def _values(metadata: Metadata, name: str) -> tuple[str, ...]:
    """What the engine says of the folder it wants; names that are not ASCII come escaped."""
    values = metadata.get(name, ())
    if "1" in metadata.get(f"{name}-encoded", ()):
        return tuple(unquote_plus(value, errors="surrogateescape") for value in values)
    return values
