"""``modeldesk layers REF``: what an image is made of, what is reclaimable, and whether that is too
much."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.places import HELP, find_place
from modeldesk.cli.session import Session
from modeldesk.cli.values import share, size
from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.contents import gate
from modeldesk.core.contents.dive import DiveScore, score
from modeldesk.core.contents.duplicates import SMALLEST, Duplicates, find_duplicates
from modeldesk.core.contents.entries import Entry, shown
from modeldesk.core.contents.model import ImageContents, Place
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.waste import Waste, find_waste
from modeldesk.core.errors import InvalidInput
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.parts import parts_name
from modeldesk.core.text import size_text
from modeldesk.core.words import tr

_CI_FILE = Path(".dive-ci")
_WASTED_LINES = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("reference", metavar="REF", help=HELP)
    parser.add_argument(
        "--duplicates",
        action="store_true",
        help="also look for equal files at several paths, which reads those of equal size from "
        f"{size_text(SMALLEST)}",
    )
    limits = parser.add_argument_group(
        "gate", "fail with exit code 8 where an image wastes more, by dive's rules; what is not "
        "given is taken from .dive-ci in this folder, else from dive's defaults (0.9, none, 0.1)",
    )  # fmt: skip
    limits.add_argument("--gate", action="store_true", help="hold the image to the limits")
    limits.add_argument("--min-efficiency", type=share, metavar="0.9")
    limits.add_argument("--max-wasted", type=size, metavar="50MB")
    limits.add_argument("--max-user-wasted", type=share, metavar="0.1")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Layers base first, then what they waste. Layers not seen before are read, which takes
    about as long as saving the image."""
    place, base_layers = find_place(session, arguments.reference)
    contents = session.contents().read(place, session.job, base_layers)
    indexes = [layer.index for layer in contents.layers]
    waste, judged = find_waste(Stack(indexes)), score(indexes)
    verdicts = _verdicts(arguments, judged, session)
    found = _duplicates(session, place, contents) if arguments.duplicates else None
    for note in contents.image.notes:
        session.job.log(note)
    return Answer(
        _json(contents, waste, judged, verdicts, found),
        (
            *_layer_lines(contents),
            "",
            *_waste_lines(waste, judged),
            *_duplicate_lines(found),
            *_verdict_lines(verdicts),
        ),
        ExitCode.DONE if all(one.passed for one in verdicts or ()) else ExitCode.WASTEFUL,
    )


def _duplicates(session: Session, place: Place, contents: ImageContents) -> tuple[Duplicates, ...]:
    service, layers, stamp = session.contents(), contents.layers, contents.image.stamp

    def read(
        layer: int, entries: Sequence[Entry], token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        return service.files(place, layers[layer].blob.diff_id, entries, token, stamp)

    view = Stack([layer.index for layer in layers]).view()
    return find_duplicates(view, read, session.job)


def _verdicts(
    arguments: argparse.Namespace, judged: DiveScore, session: Session
) -> tuple[gate.Verdict, ...] | None:
    """None where the image is not held to anything; empty where every rule is disabled."""
    given = (arguments.min_efficiency, arguments.max_wasted, arguments.max_user_wasted)
    if not arguments.gate and given == (None, None, None):
        return None
    limits = gate.Limits()
    try:
        text = _CI_FILE.read_text(encoding="utf-8")
        limits = gate.read_limits(text, limits, str(_CI_FILE))
        for rule in gate.unknown_rules(text):
            session.job.log(tr("{file}: there is no rule “{rule}”.", file=_CI_FILE, rule=rule))
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            tr("{path} can't be read: {reason}.", path=_CI_FILE, reason=error)
        ) from error
    efficiency, wasted, user = given
    if efficiency is not None:
        limits = replace(limits, lowest_efficiency=efficiency)
    if wasted is not None:
        limits = replace(limits, most_wasted_bytes=wasted)
    if user is not None:
        limits = replace(limits, most_user_wasted=user)
    return gate.judge(judged, limits)


def _json(
    contents: ImageContents,
    waste: Waste,
    judged: DiveScore,
    verdicts: tuple[gate.Verdict, ...] | None,
    found: tuple[Duplicates, ...] | None,
) -> Json:
    answer: dict[str, Json] = {
        "source": contents.image.name,
        "image_id": contents.image.detail.id,
        "layers": [
            {
                "diff_id": layer.blob.diff_id,
                "digest": layer.blob.digest,
                "instruction": without_secrets(layer.instruction),
                "size_bytes": layer.size_bytes,
                "compressed_bytes": layer.blob.compressed_bytes,
                "kind": layer.kind.value,
                "bytes_by_kind": {kind.value: size for kind, size in layer.parts},
                "files": layer.index.file_count,
            }
            for layer in contents.layers
        ],
        "reclaimable_bytes": waste.reclaimable_bytes,
        "wasted_paths": [
            {"path": f"/{shown(one.path)}", "bytes": one.size_bytes, "layers": list(one.layers)}
            for one in waste.paths
        ],
        "dive": {
            "efficiency": judged.efficiency,
            "size_bytes": judged.size_bytes,
            "user_size_bytes": judged.user_size_bytes,
            "wasted_bytes": judged.wasted_bytes,
            "wasted_user_percent": judged.wasted_user_percent,
            "references": [
                {"path": one.path, "count": one.count, "bytes": one.size_bytes}
                for one in judged.references
            ],
        },
    }
    if found is not None:
        answer["duplicates_from_bytes"] = SMALLEST
        answer["duplicates"] = [
            {
                "paths": [f"/{shown(path)}" for path in group.paths],
                "layers": list(group.layers),
                "size_bytes": group.size_bytes,
                "copies_bytes": group.copies_bytes,
            }
            for group in found
        ]
    if verdicts is not None:
        answer["gate"] = [
            {"rule": one.rule, "limit": one.limit, "value": one.value, "passed": one.passed}
            for one in verdicts
        ]
    return answer


def _layer_lines(contents: ImageContents) -> list[str]:
    """Layers are counted from 1 for a person, as in the window."""
    rows = [
        (
            str(number),
            parts_name(layer.kind, layer.parts),
            size_text(layer.size_bytes),
            f"{layer.index.file_count:,}",
            without_secrets(layer.instruction)[:100],
        )
        for number, layer in enumerate(contents.layers, 1)
    ]
    return table(("LAYER", "KIND", "SIZE", "FILES", "INSTRUCTION"), rows, "r rr")


def _waste_lines(waste: Waste, judged: DiveScore) -> list[str]:
    lines = [
        f"Reclaimable: {size_text(waste.reclaimable_bytes)} of {size_text(waste.layers_bytes)}",
        _score_line(judged),
    ]
    rows = [
        (
            size_text(one.size_bytes),
            ", ".join(str(number + 1) for number in one.layers),
            f"/{shown(one.path)}",
        )
        for one in waste.paths[:_WASTED_LINES]
    ]
    if rows:
        lines += ["", *table(("RECLAIMABLE", "LAYERS", "PATH"), rows, "r")]
    if len(waste.paths) > _WASTED_LINES:
        lines.append(f"… and {len(waste.paths) - _WASTED_LINES:,} more paths")
    return lines


def _duplicate_lines(found: tuple[Duplicates, ...] | None) -> list[str]:
    if found is None:
        return []
    total = sum(group.copies_bytes for group in found)
    files = "1 file" if len(found) == 1 else f"{len(found):,} files"
    told = f"Duplicates: {size_text(total)} in copies of {files}, among those from "
    lines = ["", f"{told}{size_text(SMALLEST)}"]
    rows = [
        (
            size_text(group.copies_bytes) if number == 0 else "",
            str(layer + 1),
            f"/{shown(path)}",
        )
        for group in found[:_WASTED_LINES]
        for number, (path, layer) in enumerate(zip(group.paths, group.layers, strict=True))
    ]
    if rows:
        lines += table(("COPIES", "LAYER", "PATH"), rows, "rr")
    if len(found) > _WASTED_LINES:
        lines.append(f"… and {len(found) - _WASTED_LINES:,} more files")
    return lines


def _score_line(judged: DiveScore) -> str:
    return (
        f"dive: efficiency {judged.efficiency:.4f}, wasted {size_text(judged.wasted_bytes)}, "
        f"{judged.wasted_user_percent:.1%} of what is above the lowest layer"
    )


def _verdict_lines(verdicts: tuple[gate.Verdict, ...] | None) -> list[str]:
    if verdicts is None:
        return []
    if not verdicts:
        return ["", tr("Gate: passed, since every rule is disabled.")]
    rows = [
        ("passed" if one.passed else "FAILED", one.rule, one.text(one.value), one.text(one.limit))
        for one in verdicts
    ]
    failed = sum(not one.passed for one in verdicts)
    told = tr("Gate: passed.")
    if failed:
        told = tr("Gate: failed, {failed} of {count} rules.", failed=failed, count=len(verdicts))
    return ["", *table(("GATE", "RULE", "IS", "LIMIT"), rows, "  rr"), "", told]
