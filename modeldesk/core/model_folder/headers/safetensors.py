"""safetensors: eight bytes of length, then JSON with every tensor's dtype and shape."""

from collections.abc import Iterator

from modeldesk.core.model_folder.headers.json_stream import members
from modeldesk.core.model_folder.headers.reading import BadHeader, Header, Source, Tally
from modeldesk.core.words import tr

LONGEST_HEADER = 100 * 1024 * 1024
_MOST_TENSORS = 100_000
_NAMED = {"modelspec.title": "title", "modelspec.architecture": "architecture",
          "modelspec.license": "license", "format": "format"}  # fmt: skip


def read(source: Source) -> Header:
    """Parameters and precision. Raises `BadHeader` for a header that does not fit its file."""
    length = source.number(8)
    if not 2 <= length <= min(LONGEST_HEADER, source.size - 8):
        raise BadHeader(tr("its header has an impossible length"))
    tally, facts = Tally(), dict[str, str]()
    for name, tensor in members(source, length):
        if name == "__metadata__":
            facts = dict(_facts(tensor))
        elif tally.tensors >= _MOST_TENSORS:
            raise BadHeader(tr("it names more tensors than any model has"))
        else:
            _add(tally, tensor, source.size - 8 - length)
    written = f", {facts.pop('format')}" if "format" in facts else ""
    evidence = f"{tally.words}{written}"
    return Header(tally.parameters, tally.precision, evidence, facts)


def _add(tally: Tally, tensor: object, room: int) -> None:
    match tensor:
        case {
            "dtype": str(precision),
            "shape": list(shape),
            "data_offsets": [int(begin), int(end)],
        }:
            if not 0 <= begin <= end <= room:
                raise BadHeader(tr("its tensors do not lie within the file"))
            if not all(type(side) is int for side in shape):
                raise BadHeader(tr("a tensor has an impossible shape"))
            tally.add(precision[:16], shape)
        case _:
            raise BadHeader(tr("a tensor has no dtype, shape or place"))


def _facts(metadata: object) -> Iterator[tuple[str, str]]:
    if isinstance(metadata, dict):
        for key, name in _NAMED.items():
            if isinstance(value := metadata.get(key), str) and value.strip():
                yield name, value[:200]
