"""TensorFlow's saved_model.pb: which TensorFlow wrote it, and for what."""

from modeldesk.core.model_folder.headers.protobuf import BYTES, Field, fields, text
from modeldesk.core.model_folder.headers.reading import Header, Source

_META_GRAPH, _META_INFO, _TAG, _VERSION = 2, 1, 4, 5
_MOST_TAGS = 10


def read(source: Source) -> Header:
    """The version and the tags, as evidence. Raises `BadHeader`."""
    version, tags = "", dict[str, None]()
    for graph in fields(source, 0, source.size):
        if graph.number == _META_GRAPH and graph.wire == BYTES:
            for info in fields(source, graph.value, graph.end):
                if info.number == _META_INFO and info.wire == BYTES:
                    version = _read_info(source, info, tags) or version
                    break
    said = [f"TensorFlow {version}"] if version else []
    if tags:
        said.append(f"tags {', '.join(tags)}")
    return Header(evidence=", ".join(said))


def _read_info(source: Source, info: Field, tags: dict[str, None]) -> str:
    version = ""
    for field in fields(source, info.value, info.end):
        if field.wire != BYTES:
            continue
        if field.number == _TAG and len(tags) < _MOST_TAGS:
            tags[text(source, field)[:30]] = None
        elif field.number == _VERSION:
            version = text(source, field)[:30]
    return version
