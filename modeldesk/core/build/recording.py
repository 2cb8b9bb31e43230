"""What is remembered of a build: what it was given, and what came of it. No secret is in it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from modeldesk.core.build.cache_use import cache_use
from modeldesk.core.build.made import look_at
from modeldesk.core.build.masking import Mask
from modeldesk.core.build.model import Asked, BuildRecord, BuildRequest
from modeldesk.core.build.steps import in_order
from modeldesk.core.containers.secrets import shown_value
from modeldesk.core.ports import ImageEngine

_LONGEST_DOCKERFILE = 1 << 18


def asked_for(request: BuildRequest, dockerfile: str, base: str, mask: Mask) -> Asked:
    """The choices of `request`, which builds the text `dockerfile` on `base`."""
    choice = request.choice
    return Asked(
        dockerfile=mask.text(dockerfile)[:_LONGEST_DOCKERFILE],
        given_dockerfile=request.dockerfile is not None,
        build_args={
            name: shown_value(name, mask.text(value)) for name, value in request.build_args.items()
        },
        secrets={name: secret.source for name, secret in request.secrets.items()},
        no_cache=request.no_cache,
        builder=request.builder,
        base=base,
        revision=request.revision,
        choice=choice and replace(choice, digests={}, base_notes=()),
        texts={path: mask.text(text) for path, text in request.texts.items()},
        dockerignore=request.dockerignore,
        weights_from=request.weights_from,
    )


def with_outcome(
    record: BuildRecord, engine: ImageEngine, earlier: Callable[[], Mapping[str, float]]
) -> BuildRecord:
    """The record of a build that ended: its steps in the order of the Dockerfile, with sizes as
    `engine` tells them, and what the cache spared; `earlier` says how long steps took before, and
    is asked where an image came of it and steps were cached."""
    asked = record.asked
    record = replace(record, steps=tuple(in_order(record.steps, asked.dockerfile)))
    if record.image is not None:
        made = look_at(engine, record.image, asked.base, asked.dockerfile, record.steps)
        asked = replace(asked, base_digest=made.base.digest, base_image=made.base.image)
        record = replace(record, steps=made.steps, image_bytes=made.image_bytes, asked=asked)
    # Nobody who cancelled waits for figures.
    cached = record.image is not None and any(step.cached for step in record.steps)
    took = earlier() if cached else {}
    return replace(record, cache=cache_use(record.steps, took))
