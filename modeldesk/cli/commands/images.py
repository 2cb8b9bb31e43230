"""``modeldesk images``: every model and its versions."""

import argparse

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.session import Session
from modeldesk.core.library.find import find_models
from modeldesk.core.library.model import Model, Version
from modeldesk.core.text import size_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("model", nargs="?", default="", help="only this model")
    parser.add_argument("--all", action="store_true", help="base images and untagged images too")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """List models, their versions, and the sizes that follow from shared layers."""
    snapshot = session.snapshot()
    models = [*snapshot.models, *(snapshot.others if arguments.all else ())]
    if arguments.model:
        models = find_models(snapshot, arguments.model)
    rows = [
        (
            model.name or "<untagged>",
            version.name,
            size_text(version.size_bytes),
            size_text(version.sizes.unique_bytes) if version.sizes else "?",
            f"{version.created:%Y-%m-%d %H:%M}",
            " ".join(version.channels),
        )
        for model in models
        for version in model.versions
    ]
    header = ("MODEL", "VERSION", "SIZE", "UNIQUE", "CREATED", "CHANNELS")
    return Answer([_model_json(model) for model in models], tuple(table(header, rows, "  rr")))


def _model_json(model: Model) -> Json:
    return {"model": model.name, "versions": [_version_json(v) for v in model.versions]}


def _version_json(version: Version) -> Json:
    first = version.references[0] if version.references else None
    return {
        "reference": str(first) if first else "",
        "references": [str(reference) for reference in version.references],
        "tag": first.tag if first else "",
        "image_id": version.key.image,
        "digest": version.digests[0].digest if version.digests else "",
        "size_bytes": version.size_bytes,
        "unique_bytes": version.sizes.unique_bytes if version.sizes else None,
        "shared_bytes": version.sizes.shared_bytes if version.sizes else None,
        "created": version.created.isoformat(),
        "labels": dict(version.labels),
    }
