"""What a folder's files tell of its training: parameters, how long it took, and tags of MLflow."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path, PurePosixPath

from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.errors import InvalidInput
from modeldesk.core.labels import MOST_METRICS
from modeldesk.core.metadata.keys import checked_key, number_in
from modeldesk.core.metadata.model import TRAINING_TIME, Key, Section, Value
from modeldesk.core.model_folder.documents import (
    Document,
    finite,
    one_line,
    read_json,
    read_mapping,
    table,
    text,
)
from modeldesk.core.model_folder.model import Recognised
from modeldesk.core.words import tr, trn

_FILES = (
    "params.json",
    "params.yaml",
    "hyperparameters.json",
    "hparams.yaml",
    "training_params.json",
    "metrics/params.json",
)
"""DVC, Lightning, SageMaker and many a script write one of them."""
_TIMES = ("metrics.json", "train_results.json", "all_results.json")
_SECONDS = ("train_runtime", "training_seconds", "training_time_s", "training_time_seconds")
"""The first is of Hugging Face's Trainer."""
_MLFLOW = "MLmodel"
_DEEPEST = 4


def read_trained_with(
    folder: Path, names: frozenset[str], recognised: list[Recognised]
) -> Mapping[Key, Value]:
    """What there is among `names`; the file that told it goes to `recognised`. What is damaged or
    too large is passed over."""
    found: dict[Key, Value] = {}
    for name in _FILES:
        if name in names and not found:
            read = read_json if name.endswith("json") else read_mapping
            content = read(folder, name)
            found.update(islice(_values(content, Section.PARAMETER), MOST_METRICS))
            if found:
                words = trn("{count} value", "{count} values", len(found))
                recognised.append(Recognised(tr("training parameters"), PurePosixPath(name), words))
    if _MLFLOW in names:
        content = read_mapping(folder, _MLFLOW)
        found.update(islice(_values(table(content, "metadata"), Section.TAG), MOST_METRICS))
        if run := text(content, "run_id"):
            found[Key(Section.TAG, "mlflow.run_id")] = run
    for name in _TIMES:
        if name in names and TRAINING_TIME not in found:
            content = read_json(folder, name)
            told = (finite(content.get(key)) for key in _SECONDS)
            seconds = next((one for one in told if one is not None), None)
            if seconds is not None and seconds >= 0:
                found[TRAINING_TIME] = seconds
    return found


def _values(
    content: Document, section: Section, head: str = "", depth: int = 0
) -> Iterator[tuple[Key, Value]]:
    """Numbers and texts, those within each other with dots between (``train.lr``)."""
    for name, value in content.items():
        whole = one_line(f"{head}{name}")
        if isinstance(value, Mapping):
            if depth < _DEEPEST:
                yield from _values(value, section, f"{whole}.", depth + 1)
            continue
        plain = _plain(value)
        # It would be in a label, for everybody to read.
        if plain is None or (isinstance(plain, str) and looks_secret(whole, plain)):
            continue
        try:
            key = checked_key(Key(section, whole))
        except InvalidInput:
            continue
        # Tags are text, whatever they look like.
        yield key, str(plain) if section is Section.TAG else plain


def _plain(value: object) -> Value | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        line = one_line(value)
        number = number_in(line)
        return (line or None) if number is None else number
    return finite(value)
