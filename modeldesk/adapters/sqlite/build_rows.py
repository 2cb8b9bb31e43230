"""Builds as rows of the database, and back."""

from collections.abc import Sequence

from modeldesk.adapters.sqlite.build_proposals import proposal_values, with_proposal
from modeldesk.adapters.sqlite.connections import Value
from modeldesk.adapters.sqlite.packing import (
    from_json,
    pack_json,
    plain,
    to_json,
    to_text,
    to_time,
    unpack_json,
)
from modeldesk.core.build.model import (
    Asked,
    Builder,
    BuildRecord,
    BuildState,
    BuildStep,
    CacheUse,
    StepState,
)
from modeldesk.core.build.secret import SecretKind, SecretSource
from modeldesk.core.ids import BuildId, ImageId, ModelName
from modeldesk.core.references import Reference

ROW = (
    "id, model, folder_json, references_json, started, state, seconds, context_bytes, image, "
    "error, image_bytes, cached_steps, counted_steps, saved_seconds"
)
"""What a list of builds shows."""
RECENT = f"{ROW}, steps_packed"
COLUMNS = f"{RECENT}, asked_packed, proposal_packed"
"""Everything but the log."""
_STEPS = len(ROW.split(","))


def values_of(record: BuildRecord) -> tuple[Value, ...]:
    """In the order of `COLUMNS`."""
    cache = record.cache
    return (
        record.id,
        record.model,
        to_json(record.folder),
        to_json([(r.registry, r.repository, r.tag, r.digest) for r in record.references]),
        to_text(record.started),
        record.state.value,
        record.seconds,
        record.context_bytes,
        record.image,
        plain("\n".join(record.warnings) or record.error),
        record.image_bytes,
        cache.cached if cache else None,
        cache.steps if cache else None,
        cache.saved_seconds if cache else None,
        pack_json([_step_values(step) for step in record.steps]),
        pack_json(_asked_values(record.asked)),
        pack_json(proposal_values(record.asked)),
    )


def record_of(row: Sequence[Value], log: str = "") -> BuildRecord:
    """A record from `ROW` or `COLUMNS`."""
    build, model, folder, references, started, state, seconds, size, image, error, *more = row
    image_bytes, cached, counted, saved = more[:4]
    steps, asked, proposal = (*row[_STEPS:], None, None, None)[:3]
    # What went wrong: why a build failed, or else what there is to be said of its image.
    succeeded = state == BuildState.SUCCEEDED.value
    assert isinstance(seconds, float)
    assert isinstance(size, int)
    return BuildRecord(
        id=BuildId(str(build)),
        model=ModelName(str(model)),
        folder=from_json(folder),
        references=tuple(Reference(*parts) for parts in from_json(references)),
        started=to_time(started),
        state=BuildState(state),
        seconds=seconds,
        context_bytes=size,
        image=None if image is None else ImageId(str(image)),
        steps=() if steps is None else tuple(_step(*one) for one in unpack_json(steps)),
        log=log,
        error="" if succeeded else str(error),
        warnings=tuple(str(error).splitlines()) if succeeded else (),
        asked=_asked_of(asked, proposal),
        image_bytes=image_bytes if isinstance(image_bytes, int) else None,
        cache=_cache(cached, counted, saved),
    )


def _asked_of(asked: Value, proposal: Value) -> Asked:
    found = Asked() if asked is None else _asked(*unpack_json(asked))
    return found if proposal is None else with_proposal(found, *unpack_json(proposal))


def _cache(cached: Value, counted: Value, saved: Value) -> CacheUse | None:
    if not isinstance(cached, int) or not isinstance(counted, int):
        return None
    return CacheUse(cached, counted, saved if isinstance(saved, float) else 0.0)


def _step_values(step: BuildStep) -> tuple[object, ...]:
    return (
        step.id,
        step.name,
        step.state.value,
        step.cached,
        step.seconds,
        step.bytes_done,
        step.bytes_total,
        step.error,
        step.layer_bytes,
    )


def _step(
    step: str,
    name: str,
    state: str,
    cached: bool,
    seconds: float,
    done: int,
    total: int,
    error: str,
    layer_bytes: int | None = None,
) -> BuildStep:
    return BuildStep(step, name, StepState(state), cached, seconds, done, total, error, layer_bytes)


def _asked_values(asked: Asked) -> tuple[object, ...]:
    return (
        asked.dockerfile,
        asked.given_dockerfile,
        dict(asked.build_args),
        {name: (one.kind.value, one.place) for name, one in asked.secrets.items()},
        asked.no_cache,
        asked.builder.value,
        asked.base,
        asked.base_digest,
        asked.revision,
        asked.base_image,
    )


def _asked(
    dockerfile: str,
    given: bool,
    build_args: dict[str, str],
    secrets: dict[str, tuple[str, str]],
    no_cache: bool,
    builder: str,
    base: str,
    base_digest: str,
    revision: str = "",
    base_image: str = "",
) -> Asked:
    sources = {n: SecretSource(SecretKind(kind), place) for n, (kind, place) in secrets.items()}
    return Asked(
        dockerfile,
        given,
        build_args,
        sources,
        no_cache,
        Builder(builder),
        base,
        base_digest,
        base_image,
        revision,
    )
