"""Core ML's single file: a protocol buffer that begins with the version of its format."""

from modeldesk.core.model_folder.headers.protobuf import VARINT, fields
from modeldesk.core.model_folder.headers.reading import BadHeader, Header, Source
from modeldesk.core.words import tr

_SPECIFICATION, _NEWEST = 1, 1000


def read(source: Source) -> Header:
    """The version, as evidence. Raises `BadHeader`."""
    first = next(fields(source, 0, source.size), None)
    if first is None or (first.number, first.wire) != (_SPECIFICATION, VARINT):
        raise BadHeader(tr("it is no Core ML model"))
    if not 0 < first.value < _NEWEST:
        raise BadHeader(tr("it is no Core ML model"))
    return Header(evidence=f"specificationVersion {first.value}")
