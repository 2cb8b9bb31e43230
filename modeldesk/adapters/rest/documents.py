"""What is found, as documents of the API; see `schemas`."""

from collections.abc import Iterable, Mapping, Sequence

from modeldesk.core.artifacts.catalogue import HeldVersion
from modeldesk.core.artifacts.model import ArtifactLayer
from modeldesk.core.artifacts.registering import Registered
from modeldesk.core.channels.model import Move
from modeldesk.core.containers.secrets import shown_value
from modeldesk.core.hub.finding import Hit
from modeldesk.core.hub.promoting import ChannelAt
from modeldesk.core.ids import ModelName
from modeldesk.core.labels import FRAMEWORK_LABEL
from modeldesk.core.metadata.model import Edit, Key, Metadata, Section, Value

Document = dict[str, object]


def page(name: str, items: Sequence[Document], total: int, first: int) -> Document:
    """Some of `total`, and where the next ones begin."""
    end = first + len(items)
    return {name: list(items), "total": total, "next": end if items and end < total else None}


def version(model: str, one: HeldVersion) -> Document:
    """A version in a list."""
    held = one.held
    return {
        "model": model,
        "version": one.name,
        "digest": held.digest,
        "reference": str(one.reference),
        "kind": "image" if held.artifact is None else "artifact",
        "created": held.created.isoformat(),
        "size_bytes": held.size_bytes,
        "channels": list(one.channels),
    }


def version_detail(model: str, one: HeldVersion, names: Iterable[str]) -> Document:
    """All that is known of one."""
    held = one.held
    layers = held.artifact.layers if held.artifact is not None else ()
    framework = held.artifact.framework if held.artifact else held.labels.get(FRAMEWORK_LABEL, "")
    return {
        "version": version(model, one),
        "names": list(names),
        "framework": framework,
        "values": _told(one.metadata),
        "files": [file(layer) for layer in layers],
    }


def file(layer: ArtifactLayer) -> Document:
    """A file that can be had."""
    return {
        "path": layer.path,
        "size_bytes": layer.size_bytes,
        "digest": layer.digest,
        "media_type": layer.media_type,
        "role": layer.role.value,
        "form": layer.form.value,
    }


def metadata(model: str, digest: str, found: Metadata) -> Document:
    """What is said of a version, and who said it when."""
    return {
        "model": model,
        "digest": digest,
        "values": _told(found),
        "history": [_edit(edit) for edit in found.history],
    }


def published(model: ModelName, done: Registered) -> Document:
    """What came of an upload."""
    pushed = done.pushed
    return {
        "model": model,
        "version": pushed.target.tag,
        "digest": pushed.target.digest,
        "new": pushed.is_new,
        "moved_bytes": pushed.moved_bytes,
        "left_out": list(done.left_out),
    }


def channel(one: ChannelAt) -> Document:
    """Where a channel is."""
    return {"channel": one.channel, "digest": one.digest, "versions": list(one.versions)}


def move(one: Move) -> Document:
    """One line of a channel's history."""
    step = next(iter(one.steps), None)
    return {
        # Larger than what every reader of JSON takes for a whole number.
        "id": str(one.id),
        "channel": one.channel,
        "from": one.before,
        "to": one.after,
        "from_digest": step.before if step else "",
        "to_digest": step.after if step else "",
        "time": one.time.isoformat(),
        "who": one.who,
        "why": one.why,
        "state": one.state.value,
        "overruled": list(one.broken),
    }


def hit(one: Hit) -> Document:
    """A version that a query found."""
    entry = one.entry
    values: dict[Section, Document] = {section: {} for section in Section}
    for fact in entry.facts:
        values[fact.section][fact.name] = _shown(fact.name, fact.value)
    return {
        "version": version(one.model, one.version),
        "dataset": entry.dataset,
        "framework": entry.framework,
        "commit": entry.commit,
        "metrics": values[Section.METRIC],
        "parameters": values[Section.PARAMETER],
        "tags": values[Section.TAG],
        "training_seconds": entry.training_s,
    }


def _edit(edit: Edit) -> Document:
    return {
        "time": edit.time.isoformat(),
        "who": edit.author,
        "why": edit.reason,
        "set": _values(edit.set),
        "unset": sorted(key.text for key in edit.unset),
    }


def _told(found: Metadata) -> Document:
    return _values({key: told.value for key, told in found.values.items()})


def _values(values: Mapping[Key, Value]) -> Document:
    return {key.text: _shown(key.name, value) for key, value in values.items()}


def _shown(name: str, value: Value) -> Value:
    """What looks like a secret is in no answer."""
    return shown_value(name, value) if isinstance(value, str) else value
