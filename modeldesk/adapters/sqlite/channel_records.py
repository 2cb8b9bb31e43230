"""Moves of channels. Everything written here is durable."""

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import from_json, plain, to_json, to_text, to_time
from modeldesk.core.channels.model import Move, MoveState, Place, Step, StepState, new_move_id
from modeldesk.core.ids import EngineId, ModelName
from modeldesk.core.references import Reference

_COLUMNS = (
    "model, channel, engine, before, after, steps_json, time, who, why, state, broken_json, "
    "undoes, error"
)
_PLACES = ", ".join("?" for _ in _COLUMNS.split(","))
_SET = ", ".join(f"{name.strip()} = ?" for name in _COLUMNS.split(","))


class SqliteChannelRecords:
    """Implements the `ChannelRecords` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_move(self, move: Move) -> int:
        """See `modeldesk.core.channels.ports.ChannelRecords`."""
        with self._database.writing(durable=True) as connection:
            (last,) = connection.execute("SELECT max(id) FROM channel_move").fetchone()
            number = max(new_move_id(), (last or 0) + 1)
            connection.execute(
                f"INSERT INTO channel_move (id, {_COLUMNS}) VALUES (?, {_PLACES})",
                (number, *_values(move)),
            )
            return number

    def save_move(self, move: Move) -> None:
        """See `modeldesk.core.channels.ports.ChannelRecords`."""
        with self._database.writing(durable=True) as connection:
            connection.execute(
                f"UPDATE channel_move SET {_SET} WHERE id = ?", (*_values(move), move.id)
            )

    def moves(self, model: ModelName, channel: str = "") -> tuple[Move, ...]:
        """See `modeldesk.core.channels.ports.ChannelRecords`."""
        rows = self._database.read(
            f"SELECT id, {_COLUMNS} FROM channel_move "
            "WHERE model = ? AND (? = '' OR channel = ?) ORDER BY id DESC",
            (plain(model), channel, channel),
        )
        with readable(self._database.path):
            return tuple(map(_move, rows))


def _values(move: Move) -> tuple[Value, ...]:
    return (
        plain(move.model),
        move.channel,
        move.engine,
        plain(move.before),
        plain(move.after),
        to_json([_step_json(step) for step in move.steps]),
        to_text(move.time),
        plain(move.who),
        plain(move.why),
        move.state.value,
        to_json(move.broken),
        move.undoes,
        plain(move.error),
    )


def _step_json(step: Step) -> list[str]:
    one = step.reference
    return [
        step.place.value,
        one.registry,
        one.repository,
        one.tag,
        step.before,
        step.after,
        step.state.value,
    ]


def _step(found: list[str]) -> Step:
    place, registry, repository, tag, before, after, state = found
    reference = Reference(registry, repository, tag)
    return Step(Place(place), reference, before, after, StepState(state))


def _move(row: tuple[Value, ...]) -> Move:
    number, model, channel, engine, before, after, steps, time, *rest = row
    who, why, state, broken, undoes, error = rest
    return Move(
        id=int(str(number)),
        model=ModelName(str(model)),
        channel=str(channel),
        engine=EngineId(str(engine)),
        before=str(before),
        after=str(after),
        steps=tuple(map(_step, from_json(steps))),
        time=to_time(time),
        who=str(who),
        why=str(why),
        state=MoveState(state),
        broken=tuple(from_json(broken)),
        undoes=None if undoes is None else int(str(undoes)),
        error=str(error),
    )
