"""fastText: twelve numbers that the model was trained with, then the size of its dictionary."""

import struct

from modeldesk.core.model_folder.headers.reading import BadHeader, Header, Source
from modeldesk.core.words import tr

_SUPERVISED = 3
_MODELS = {1: "cbow", 2: "skipgram", _SUPERVISED: "supervised"}


def read(source: Source, quantised: bool) -> Header:
    """Parameters of a model that is not quantised. Raises `BadHeader`."""
    source.skip(4)
    version = source.number(4)
    numbers = struct.unpack("<12i", source.exactly(48))
    size, model, bucket = numbers[0], numbers[7], numbers[8]
    source.skip(8)
    _, words, labels = struct.unpack("<3i", source.exactly(12))
    if model not in _MODELS or min(size, bucket, words, labels) < 0:
        raise BadHeader(tr("its settings are none that fastText writes"))
    evidence = f"version {version}, {_MODELS[model]}, {size} × {words} words"
    if quantised:
        return Header(None, "quantised", evidence)
    outputs = labels if model == _SUPERVISED else words
    return Header((words + bucket + outputs) * size, "F32", evidence)
