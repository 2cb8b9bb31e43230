"""What is said of channels and their moves, for a person and for a program."""

from collections.abc import Iterator, Sequence

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.core.channels.model import ChannelStatus, Move, MovePlan, RegistryAnswer, Step
from modeldesk.core.channels.tags import place_text
from modeldesk.core.channels.words import (
    already_text,
    change_text,
    moved_text,
    overruled_text,
    state_text,
)
from modeldesk.core.ids import short
from modeldesk.core.words import tr


def status_answer(model: str, found: Sequence[ChannelStatus]) -> Answer:
    """Every channel, where it is here and in registries, and who moved it last."""
    header = ("CHANNEL", "VERSION", "IMAGE", "REGISTRY", "MOVED", "BY", "WHY")
    rows = [_row(one) for one in found]
    lines = [*table(header, rows), *(line for one in found for line in _notes(model, one))]
    return Answer({"model": model, "channels": [_status_json(one) for one in found]}, tuple(lines))


def history_answer(model: str, moves: Sequence[Move]) -> Answer:
    """Every move, newest first."""
    header = ("MOVED", "CHANNEL", "FROM → TO", "DIGESTS", "BY", "WHY", "")
    rows = [
        (
            f"{move.time:%Y-%m-%d %H:%M}",
            move.channel,
            change_text(move),
            _digests(move),
            move.who,
            move.why,
            "; ".join(filter(None, (state_text(move), _undoes(move), overruled_text(move)))),
        )
        for move in moves
    ]
    return Answer(
        {"model": model, "moves": [_move_json(move) for move in moves]},
        tuple(table(header, rows)) if rows else (tr("Nothing was moved yet."),),
    )


def move_answer(move: Move) -> Answer:
    """That it is done."""
    return Answer(_move_json(move), (moved_text(move), *map(_step_line, _altered(move))))


def unchanged_answer(plan: MovePlan) -> Answer:
    """That nothing was to be done."""
    json: Json = {
        "id": None,
        "model": plan.model,
        "channel": plan.channel,
        "from": plan.before or None,
        "to": plan.after or None,
        "state": "unchanged",
    }
    return Answer(json, (already_text(plan),))


def _row(one: ChannelStatus) -> tuple[str, ...]:
    last = one.last
    return (
        one.channel,
        one.version or "–",
        short(one.image),
        " ".join(map(_registry_text, one.registries)) or "–",
        f"{last.time:%Y-%m-%d %H:%M}" if last else "",
        last.who if last else "",
        last.why if last else "",
    )


def _registry_text(answer: RegistryAnswer) -> str:
    if answer.problem is not None:
        return "?"
    if not answer.digest:
        return tr("nothing")
    if answer.same:
        return tr("same")
    return answer.version or short(answer.digest)


def _notes(model: str, one: ChannelStatus) -> Iterator[str]:
    for answer in one.registries:
        if answer.problem is not None:
            yield f"{answer.reference}: {answer.problem.message}"
        elif answer.same is False or (one.image and not answer.digest):
            there = answer.version or short(answer.digest) or tr("nothing")
            yield tr(
                "{channel} is {here} here and {there} in {registry}.",
                channel=one.channel,
                here=one.version or tr("nothing"),
                there=there,
                registry=answer.reference.registry,
            )
    if one.unfinished is not None:
        yield tr(
            "The move of {channel} to {version} was left half done. Finish it with “modeldesk "
            "channel finish {model} {channel}”, or take it back with “… undo {model} {channel}”.",
            channel=one.channel,
            version=one.unfinished.after or tr("nothing"),
            model=model,
        )
    elif one.moved_elsewhere:
        yield tr("{channel} was moved by another program since.", channel=one.channel)


def _digests(move: Move) -> str:
    step = next(iter(_altered(move)), None)
    if step is None:
        return ""
    return f"{short(step.before) or '–'} → {short(step.after) or '–'}"


def _undoes(move: Move) -> str:
    return tr("undo") if move.undoes is not None else ""


def _altered(move: Move) -> list[Step]:
    return [step for step in move.steps if step.before != step.after]


def _step_line(step: Step) -> str:
    return (
        f"  {step.reference} {place_text(step)}: "
        f"{short(step.before) or '–'} → {short(step.after) or '–'}"
    )


def _status_json(one: ChannelStatus) -> Json:
    return {
        "channel": one.channel,
        "version": one.version or None,
        "image_id": one.image or None,
        "registries": [
            {
                "reference": str(answer.reference),
                "digest": answer.digest or None,
                "version": answer.version or None,
                "same": answer.same,
                "problem": answer.problem.message if answer.problem else "",
            }
            for answer in one.registries
        ],
        "last": _move_json(one.last) if one.last else None,
        "moved_elsewhere": one.moved_elsewhere,
        "unfinished": _move_json(one.unfinished) if one.unfinished else None,
    }


def _move_json(move: Move) -> Json:
    return {
        "id": move.id,
        "model": move.model,
        "channel": move.channel,
        "from": move.before or None,
        "to": move.after or None,
        "state": move.state.value,
        "time": move.time.isoformat(),
        "who": move.who,
        "why": move.why,
        "overruled": [*move.broken],
        "undoes": move.undoes,
        "error": move.error,
        "engine": move.engine,
        "steps": [
            {
                "place": step.place.value,
                "reference": str(step.reference),
                "from": step.before or None,
                "to": step.after or None,
                "state": step.state.value,
            }
            for step in move.steps
        ],
    }
