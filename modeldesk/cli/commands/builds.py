"""``modeldesk builds``: the builds that were made, one of them, or two compared."""

import argparse

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.session import Session
from modeldesk.cli.values import at_least_one
from modeldesk.core.build.comparison import (
    BuildComparison,
    builder_name,
    compare,
    lock_name,
    source_text,
)
from modeldesk.core.build.model import Asked, BuildRecord, BuildStep
from modeldesk.core.errors import InvalidInput, NotFound
from modeldesk.core.ids import BuildId, ModelName
from modeldesk.core.text import size_text
from modeldesk.core.words import tr

_ID_DIGITS = 8
_NEWEST = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("model", nargs="?", default="", help="only builds of this model")
    parser.add_argument(
        "--newest",
        type=at_least_one,
        default=_NEWEST,
        metavar="N",
        help=f"so many of them; else {_NEWEST}",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--show", metavar="ID", default="", help="one with its steps, choices and log"
    )
    what.add_argument(
        "--compare", nargs=2, metavar="ID", help="two: steps, sizes, and what was asked otherwise"
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Read the records; no engine is needed."""
    model = ModelName(arguments.model) if arguments.model else None
    history = session.builds().history.of_model(model)
    if arguments.show:
        return _shown(_one(session, history, arguments.show))
    if arguments.compare:
        left, right = (_one(session, history, given) for given in arguments.compare)
        return _compared(compare(left, right))
    if arguments.model and not history:
        raise NotFound(tr("No build of “{model}” is on record.", model=arguments.model))
    return _listed(history[: arguments.newest])


def _one(session: Session, history: tuple[BuildRecord, ...], given: str) -> BuildRecord:
    """The build whose id begins so."""
    found = [record.id for record in history if given and record.id.startswith(given)]
    if len(found) > 1:
        raise InvalidInput(
            tr("The ids of {count} builds begin with “{given}”.", count=len(found), given=given),
            tr("Write more of it."),
        )
    record = session.builds().history.record(BuildId(found[0])) if found else None
    if record is None:
        raise NotFound(
            tr("There is no build “{given}” on record.", given=given),
            tr("modeldesk builds lists them."),
        )
    return record


def _listed(records: tuple[BuildRecord, ...]) -> Answer:
    rows = [
        (
            record.id[:_ID_DIGITS],
            record.model,
            record.references[0].tag if record.references else "",
            f"{record.state.value}, warned" if record.warnings else record.state.value,
            f"{record.started.astimezone():%Y-%m-%d %H:%M}",
            f"{record.seconds:.1f} s",
            _cached(record),
            "" if record.image_bytes is None else size_text(record.image_bytes),
        )
        for record in records
    ]
    header = ("ID", "MODEL", "VERSION", "STATE", "STARTED", "TOOK", "CACHED", "SIZE")
    return Answer([_row_json(one) for one in records], tuple(table(header, rows, "     rrr")))


def _cached(record: BuildRecord) -> str:
    cache = record.cache
    if cache is None:
        return ""
    saved = f", {cache.saved_seconds:.0f} s saved" if cache.saved_seconds >= 1 else ""
    return f"{cache.cached} of {cache.steps}{saved}"


def _shown(record: BuildRecord) -> Answer:
    asked, choice = record.asked, record.asked.choice
    took = f"{record.state.value} in {record.seconds:.1f} s"
    facts = (
        f"{record.id}  {', '.join(map(str, record.references))}",
        f"{took}, {size_text(record.context_bytes)} sent, from {record.folder}",
        *((record.error,) if record.error else ()),
        *(f"warning: {one}" for one in record.warnings),
        _base(asked),
        f"commit {asked.revision}" if asked.revision else "",
        f"weights from {asked.weights_from}" if asked.weights_from else "",
        f"builder: {builder_name(asked.builder)}" + (", without cache" if asked.no_cache else ""),
        "reproducible" if choice and choice.reproducible else "",
        f"lock {lock_name(choice.lock)}" if choice and choice.lock else "",
        *(f"argument {name}={value}" for name, value in asked.build_args.items()),
        *(f"secret {name}: {source_text(one)}" for name, one in asked.secrets.items()),
    )
    rows = [(step.name, _took(step), _size(step)) for step in record.steps]
    steps = table(("STEP", "TOOK", "LAYER"), rows, " rr") if rows else []
    log = ("", *record.log.splitlines()) if record.log else ()
    return Answer(_full_json(record), (*filter(None, facts), "", *steps, *log))


def _base(asked: Asked) -> str:
    if not asked.base:
        return ""
    if asked.base_image:
        return f"base {asked.base}, without a digest of a registry: image {asked.base_image}"
    name, _, _ = asked.base.partition("@")
    digest = asked.base_digest
    return f"base {name}, digest {digest}" if digest else f"base {asked.base}"


def _compared(found: BuildComparison) -> Answer:
    rows = [
        (
            next(step.name for step in (pair.left, pair.right) if step),
            *_figures(pair.left),
            *_figures(pair.right),
        )
        for pair in found.steps
    ]
    header = ("STEP", "A", "LAYER A", "B", "LAYER B")
    return Answer(
        _comparison_json(found),
        (
            *(
                f"{letter}  {one.id[:_ID_DIGITS]}  {one.references[0] if one.references else ''}  "
                f"{one.state.value} in {one.seconds:.1f} s"
                + (f", cached: {_cached(one)}" if one.cache else "")
                for letter, one in (("A", found.left), ("B", found.right))
            ),
            "",
            *table(header, rows, " rrrr"),
            *(f"{one.what}: {one.left or '–'} → {one.right or '–'}" for one in found.differences),
            *(("", "Dockerfile:", *found.dockerfile) if found.dockerfile else ()),
        ),
    )


def _figures(step: BuildStep | None) -> tuple[str, str]:
    return (_took(step), _size(step)) if step else ("", "")


def _took(step: BuildStep) -> str:
    return "CACHED" if step.cached else f"{step.seconds:.1f} s"


def _size(step: BuildStep) -> str:
    return "" if step.layer_bytes is None else size_text(step.layer_bytes)


def _row_json(record: BuildRecord) -> dict[str, Json]:
    cache = record.cache
    return {
        "id": record.id,
        "model": record.model,
        "references": [str(one) for one in record.references],
        "folder": record.folder.encode("utf-8", "replace").decode(),
        "state": record.state.value,
        "started": record.started.isoformat(),
        "duration_s": round(record.seconds, 3),
        "context_bytes": record.context_bytes,
        "image_id": record.image or "",
        "image_bytes": record.image_bytes,
        "cache": None
        if cache is None
        else {
            "cached": cache.cached,
            "steps": cache.steps,
            "saved_s": round(cache.saved_seconds, 3),
        },
        "error": record.error,
        "warnings": list(record.warnings),
    }


def _full_json(record: BuildRecord) -> Json:
    asked, choice = record.asked, record.asked.choice
    return {
        **_row_json(record),
        "steps": [_step_json(step) for step in record.steps],
        "dockerfile": asked.dockerfile,
        "build_args": dict(asked.build_args),
        "secrets": {
            name: {"from": one.kind.value, "place": one.place}
            for name, one in asked.secrets.items()
        },
        "no_cache": asked.no_cache,
        "builder": asked.builder.value,
        "base": asked.base,
        "base_digest": asked.base_digest,
        "base_image_id": asked.base_image,
        "revision": asked.revision,
        "weights_from": asked.weights_from,
        "reproducible": choice is not None and choice.reproducible,
        "lock": lock_name(choice.lock) if choice and choice.lock else "",
        "log": record.log,
    }


def _step_json(step: BuildStep | None) -> Json:
    if step is None:
        return None
    return {
        "name": step.name,
        "state": step.state.value,
        "cached": step.cached,
        "seconds": round(step.seconds, 3),
        "layer_bytes": step.layer_bytes,
    }


def _comparison_json(found: BuildComparison) -> Json:
    return {
        "left": _row_json(found.left),
        "right": _row_json(found.right),
        "steps": [
            {"left": _step_json(pair.left), "right": _step_json(pair.right)} for pair in found.steps
        ],
        "differences": [
            {"what": one.what, "left": one.left, "right": one.right} for one in found.differences
        ],
        "dockerfile": list(found.dockerfile),
    }
