"""What is known of moves: by this machine, and by the registries whose tags were moved."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from modeldesk.core.channels.model import Move, MoveState
from modeldesk.core.channels.ports import ChannelRecords
from modeldesk.core.channels.shared import History, SharedMoves, merged, repositories_of
from modeldesk.core.errors import RecordsError
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.references import DEFAULT_REGISTRY, Reference
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Memory:
    """Every method raises `RecordsError` but where it is said. Without `shared`, `records` are all
    there is."""

    records: ChannelRecords
    shared: SharedMoves | None
    repositories: Callable[[ModelName], Iterable[str]]

    def moves(self, model: ModelName, channel: str = "", also: Iterable[Reference] = ()) -> History:
        """What is known here and in the model's repositories, and in those of `also`."""
        own = self.records.moves(model, channel)
        if self.shared is None:
            return History(own)
        named = map(Reference.parse, self.repositories(model))
        moved = (repository for move in own for repository in repositories_of(move))
        every = (Reference(one.registry, one.repository) for one in (*named, *moved, *also))
        places = (one for one in dict.fromkeys(every) if one.registry != DEFAULT_REGISTRY)
        told = self.shared.read(model, places)
        moves = (one for one in told.moves if channel in ("", one.channel))
        return History(merged(own, moves), told.problems)

    def tell(self, move: Move, job: Job) -> None:
        """Keep a move that is kept here in the registries that it moved tags of, too. It is done
        either way, so that nothing is raised."""
        if self.shared is None:
            return
        try:
            before = self.records.moves(move.model)
        except RecordsError:
            before = ()
        problem = self.shared.share(move, before)
        if problem is not None:
            job.log(
                tr(
                    "The registry has the channel where it is to be, but not who moved it: "
                    "{reason} It is told with the next move.",
                    reason=problem.message,
                )
            )

    def close_undone(self, done: Move, job: Job) -> None:
        """A move that was not finished is so no more once it was taken back."""
        if done.undoes is None:
            return
        for one in self.moves(done.model, done.channel, repositories_of(done)).moves:
            if one.id == done.undoes and one.state is not MoveState.DONE:
                closed = replace(one, state=MoveState.UNDONE)
                self.records.save_move(closed)
                self.tell(closed, job)
