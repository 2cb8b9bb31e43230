"""A version of the search index as one column holds it."""

from modeldesk.adapters.sqlite.connections import Value
from modeldesk.adapters.sqlite.packing import (
    from_json,
    from_microseconds,
    to_json,
    to_microseconds,
)
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.metadata.model import Section
from modeldesk.core.search.model import Entry, Fact


def pack_entry(entry: Entry) -> str:
    """Compact JSON."""
    return to_json(
        (
            entry.model,
            entry.image,
            entry.name,
            entry.reference,
            entry.local,
            entry.repositories,
            to_microseconds(entry.created),
            entry.versions,
            entry.channels,
            entry.framework,
            entry.dataset,
            entry.commit,
            entry.digests,
            entry.size_bytes,
            entry.compressed_bytes,
            entry.training_s,
            [(fact.section.value, fact.name, fact.value) for fact in entry.facts],
        )
    )


def unpack_entry(packed: Value) -> Entry:
    """What `pack_entry` was given. Raises what `readable` knows for damaged content."""
    (
        model, image, name, reference, local, repositories, created, versions, channels, framework,
        dataset, commit, digests, size, compressed, training, facts,
    ) = from_json(packed)  # fmt: skip
    return Entry(
        ModelName(model),
        ImageId(image),
        name,
        reference,
        local,
        tuple(repositories),
        from_microseconds(created),
        tuple(versions),
        tuple(channels),
        framework,
        dataset,
        commit,
        tuple(digests),
        size,
        compressed,
        training,
        tuple(Fact(Section(section), name, value) for section, name, value in facts),
    )
