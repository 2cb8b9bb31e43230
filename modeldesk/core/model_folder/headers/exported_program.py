"""torch.export's archives: a list of the weights, each with its shape and type."""

import json
from collections.abc import Iterator

from modeldesk.core.model_folder.headers.reading import BadHeader, Tally
from modeldesk.core.model_folder.headers.zips import Archive

_LIST = "data/weights/model_weights_config.json"
_LONGEST = 4 * 1024 * 1024
_TYPES = {1: "U8", 2: "I8", 3: "I16", 4: "I32", 5: "I64", 6: "F16", 7: "F32", 8: "F64",
          9: "C32", 10: "C64", 11: "C128", 12: "BOOL", 13: "BF16"}  # fmt: skip
"""The numbers that PyTorch writes for them."""


def count(archive: Archive) -> tuple[int | None, str]:
    """Parameters and precision, by the list; nothing where there is none that can be read."""
    name = next((one for one in sorted(archive.names) if one.endswith(f"/{_LIST}")), "")
    if not name or archive.size_of(name) > _LONGEST:
        return None, ""
    tally = Tally()
    try:
        for kind, sides in _tensors(json.loads(archive.start_of(name, _LONGEST))):
            tally.add(_TYPES.get(kind, f"type {kind}"), sides)
    except (ValueError, RecursionError, BadHeader):
        return None, ""
    return (tally.parameters, tally.precision) if tally.tensors else (None, "")


def _tensors(listed: object) -> Iterator[tuple[int, list[int]]]:
    """The type and the sides of each. Raises `BadHeader` for what is no list of tensors."""
    match listed:
        case {"config": dict(config)}:
            for one in config.values():
                match one:
                    case {"tensor_meta": {"dtype": int(kind), "sizes": list(sizes)}}:
                        yield kind, [_side(size) for size in sizes]
                    case _:
                        raise BadHeader
        case _:
            raise BadHeader


def _side(size: object) -> int:
    match size:
        case {"as_int": int(side)}:
            return side
    raise BadHeader
