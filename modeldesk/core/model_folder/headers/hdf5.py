"""HDF5, as Keras writes it: groups of datasets, of which the headers tell shape and type. What is
beside the weights in such a file, an optimizer's state, is not counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from modeldesk.core.model_folder.headers.hdf5_file import File, Message
from modeldesk.core.model_folder.headers.reading import BadHeader, Header, Source, Tally
from modeldesk.core.words import tr

_DATASPACE, _LINKS_APART, _DATATYPE, _LINK, _ATTRIBUTE, _TABLE = 1, 2, 3, 6, 12, 17
_INTEGER, _FLOAT, _ENUMERATION = 0, 1, 8
_SIGNED = 8
_MOST_OBJECTS = 100_000
_MOST_ATTRIBUTES = 50
_MOST_SIDES = 32
_BESIDE = frozenset({"optimizer", "optimizer_weights"})
"""Groups at the top that are no part of the model."""
_NO_WEIGHTS = frozenset({"seed_generator"})
"""Groups at any depth."""
_KERAS_ATTRIBUTES = frozenset({"keras_version", "layer_names"})
_KERAS_GROUPS = frozenset({"model_weights", "layers", "_layer_checkpoint_dependencies"})


@dataclass(slots=True)
class _Object:
    """A group, a dataset, or neither."""

    links: dict[str, int] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    dataspace: Message | None = None
    datatype: Message | None = None
    whole: bool = True
    """Whether all its links are known."""


def read(source: Source) -> Header:
    """Parameters and precision; neither where a group keeps its links in a way that is not read.
    The format is ``Keras`` where that wrote the file. Raises `BadHeader`."""
    file = File(source)
    root = _object(file, file.root)
    by_keras = _KERAS_ATTRIBUTES & root.attributes or _KERAS_GROUPS & root.links.keys()
    tally, whole = Tally(), True
    for one in _objects(file, root):
        whole = whole and one.whole
        if one.dataspace is not None and one.datatype is not None:
            precision = _precision(one.datatype)
            if precision:
                tally.add(precision, _sides(one.dataspace, file.length_bytes))
    form = "Keras" if by_keras else "HDF5"
    if not whole:
        return Header(evidence="\\x89HDF", format=form)
    return Header(tally.parameters, tally.precision, f"\\x89HDF, {tally.words}", format=form)


def _objects(file: File, root: _Object) -> Iterator[_Object]:
    """The root and all that its links lead to, each once."""
    seen = {file.root}
    waiting = [(root, _BESIDE | _NO_WEIGHTS)]
    while waiting:
        one, left_out = waiting.pop()
        yield one
        for name, place in one.links.items():
            if name in left_out or place in seen:
                continue
            if len(seen) >= _MOST_OBJECTS:
                raise BadHeader(tr("it names more tensors than any model has"))
            seen.add(place)
            waiting.append((_object(file, place), _NO_WEIGHTS))


def _object(file: File, place: int) -> _Object:
    found = _Object()
    for message in file.messages(place):
        if message.kind == _DATASPACE:
            found.dataspace = message
        elif message.kind == _DATATYPE:
            found.datatype = message
        elif message.kind == _TABLE:
            found.links.update(file.table(message))
        elif message.kind == _LINK:
            found.links.update(file.link(message))
        elif message.kind == _LINKS_APART:
            found.whole = found.whole and not file.is_apart(message)
        elif message.kind == _ATTRIBUTE and len(found.attributes) < _MOST_ATTRIBUTES:
            found.attributes.add(file.attribute(message))
    return found


def _sides(message: Message, length_bytes: int) -> Iterator[int]:
    """The shape that a dataspace tells; none for a single number."""
    version, rank = message.number(0, 1), message.number(1, 1)
    if rank > _MOST_SIDES:
        raise BadHeader(tr("a tensor has an impossible shape"))
    if version == 2 and message.number(3, 1) == 2:
        yield 0  # a dataset without a value
    start = 4 if version == 2 else 8
    for number in range(rank):
        yield message.number(start + number * length_bytes, length_bytes)


def _precision(message: Message) -> str:
    """The numbers of a dataset; empty where it holds something else."""
    kind, size = message.number(0, 1) & 15, message.number(4, 4)
    if kind == _ENUMERATION and size == 1:
        return "BOOL"
    if kind == _INTEGER and size in (1, 2, 4, 8):
        return f"{'I' if message.number(1, 1) & _SIGNED else 'U'}{8 * size}"
    if kind == _FLOAT and size in (1, 2, 4, 8, 16):
        exponent = message.number(13, 1)
        return "BF16" if (size, exponent) == (2, 8) else f"F{8 * size}"
    return ""
