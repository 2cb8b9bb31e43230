"""An evaluation set: inputs whose truth is known (pure)."""

import io
import json
from dataclasses import dataclass

from modeldesk.core.canary.feedback import LONGEST_FILE, Value, parse_json
from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr

LONGEST_LINE = 4 * 1024 * 1024
DEEPEST = 32
_PROBLEMS_TOLD = 10
_PREDICTIONS = ("outputs", "predictions", "prediction", "output", "result")
"""Where servers put what they predict: ours, MLflow's and TensorFlow's, and those of one value."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request and the truth about it. `alone`: it asks about one input, and is answered by a list
    of one."""

    body: bytes
    truth: Value
    alone: bool


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """What a file held, and what was wrong with lines that were left out: the first few, with
    their numbers."""

    name: str
    cases: tuple[Case, ...]
    left_out: int = 0
    problems: tuple[str, ...] = ()


def read_evaluation_set(name: str, content: bytes) -> EvaluationSet:
    """A file with a JSON object on each line: ``{"input": …, "truth": …}``, which is asked as
    ``{"inputs": [input]}``, or ``{"body": …, "truth": …}``, which is asked as it is. Raises
    `InvalidInput` when nothing in it could be asked."""
    if len(content) > LONGEST_FILE:
        raise InvalidInput(
            tr("{name} is too large.", name=name),
            tr("Up to {size} MB are read; split it.", size=LONGEST_FILE // 1024**2),
        )
    cases: list[Case] = []
    problems: list[str] = []
    left_out = 0
    for number, line in enumerate(io.StringIO(content.decode("utf-8-sig", "replace")), 1):
        if not line.strip():
            continue
        case = _case(line)
        if case is not None:
            cases.append(case)
            continue
        left_out += 1
        if len(problems) < _PROBLEMS_TOLD:
            problems.append(tr("Line {line} has no input with its truth.", line=number))
    if not cases:
        raise InvalidInput(
            tr("{name} holds nothing that could be asked.", name=name),
            tr("Write {example} on each line.", example='{"input": [5.1, 3.5], "truth": "setosa"}'),
            "\n".join(problems),
        )
    return EvaluationSet(name, tuple(cases), left_out, tuple(problems))


def prediction_of(answer: bytes, *, alone: bool) -> tuple[bool, Value]:
    """Whether a prediction was found in an answer, and which. Of a list of one, about one input
    `alone`, it is what is in it."""
    if len(answer) > LONGEST_LINE:
        return False, None
    content = parse_json(answer.decode("utf-8", "replace"), DEEPEST)
    if isinstance(content, dict):
        place = next((name for name in _PREDICTIONS if name in content), None)
        if place is None:
            return False, None
        content = content[place]
    elif content is None:
        return False, None
    if alone and isinstance(content, list) and len(content) == 1:
        content = content[0]
    return True, content


def _case(line: str) -> Case | None:
    if len(line) > LONGEST_LINE:
        return None
    content = parse_json(line, DEEPEST)
    if not isinstance(content, dict) or "truth" not in content:
        return None
    if "input" in content:
        return Case(_json({"inputs": [content["input"]]}), content["truth"], alone=True)
    if "body" in content:
        return Case(_json(content["body"]), content["truth"], alone=False)
    return None


def _json(content: Value) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
