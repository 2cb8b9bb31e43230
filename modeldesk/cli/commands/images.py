"""``modeldesk images``: every model and its versions, and what changed over them."""

import argparse
from collections.abc import Sequence

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.remote import drift_json, drift_lines, joined, remote_json
from modeldesk.cli.session import Session
from modeldesk.core.containers.secrets import shown_value
from modeldesk.core.layers.kinds import kind_name
from modeldesk.core.library.find import find_models
from modeldesk.core.library.history import history
from modeldesk.core.library.kind_changes import KindChanges, ModelChanges, model_changes
from modeldesk.core.library.model import Model, PlacedVersion, Version
from modeldesk.core.library.placed import placed_versions
from modeldesk.core.text import size_text
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("model", nargs="?", default="", help="only this model")
    parser.add_argument("--all", action="store_true", help="base images and untagged images too")
    parser.add_argument(
        "--remote",
        action="store_true",
        help="what known registries have too, as they said it last",
    )
    parser.add_argument("--ask", action="store_true", help="as --remote, and ask them all anew")
    parser.add_argument(
        "--changes",
        action="store_true",
        help="in how many versions each kind of layer changed, and the bytes pushed because of it",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """List models, their versions, and the sizes that follow from shared layers."""
    snapshot = session.snapshot()
    if arguments.changes:
        snapshot = session.library().learn_kinds()
    if arguments.remote or arguments.ask:
        snapshot = joined(session, snapshot, ask=arguments.ask)
    models = [*snapshot.models, *(snapshot.others if arguments.all else ())]
    if arguments.model:
        models = find_models(snapshot, arguments.model)
    if arguments.changes:
        return _changes([(model, model_changes(history(model, ()))) for model in models])
    if arguments.remote or arguments.ask:
        return _everywhere(models)
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


def _everywhere(models: Sequence[Model]) -> Answer:
    """With what only registries have. Sizes here are on disk, those there compressed."""
    rows = [
        (
            model.name or "<untagged>",
            one.name,
            size_text(one.local.size_bytes) if one.local else "",
            "" if one.compressed_bytes is None else size_text(one.compressed_bytes),
            one.place.value,
            one.artifact or " ".join(one.platforms),
            f"{one.created:%Y-%m-%d %H:%M}",
            " ".join(one.channels),
            tr("tag moved") if one.drifts else "",
        )
        for model in models
        for one in placed_versions(model)
    ]
    header = ("MODEL", "VERSION", "ON DISK", "COMPRESSED", "WHERE", "PLATFORMS", "CREATED",
              "CHANNELS", "DRIFT")  # fmt: skip
    drifts = [drift for model in models for one in model.placed for drift in one.drifts]
    return Answer(
        [
            {"model": model.name, "versions": [_placed_json(v) for v in placed_versions(model)]}
            for model in models
        ],
        (*table(header, rows, "  rr"), *drift_lines(drifts)),
    )


def _placed_json(one: PlacedVersion) -> Json:
    here = _version_json(one.local) if one.local else {}
    there: list[Json] = [remote_json(tag, ()) for tag in one.remote]
    return {
        "version": one.name,
        "image_id": one.image,
        "where": one.place.value,
        "channels": list(one.channels),
        "platforms": list(one.platforms),
        "compressed_bytes": one.compressed_bytes,
        "created": one.created.isoformat(),
        "local": here or None,
        "registries": there,
        "drifts": [drift_json(drift) for drift in one.drifts],
    }


def _changes(models: Sequence[tuple[Model, ModelChanges]]) -> Answer:
    rows = [
        (
            model.name or "<untagged>",
            tr("All layers") if one.kind is None else kind_name(one.kind),
            f"{one.changed}/{one.steps}",
            size_text(one.first_bytes),
            size_text(one.pushed_bytes),
            "" if one.mean_bytes is None else size_text(one.mean_bytes),
        )
        for model, changes in models
        for one in (*changes.kinds, changes.everything)
    ]
    header = ("MODEL", "KIND", "CHANGED", "FIRST PUSH", "PUSHED SINCE", "PER CHANGE")
    return Answer(
        [{**_model_json(model), "changes": _changes_json(changes)} for model, changes in models],
        tuple(table(header, rows, "  rrrr")),
    )


def _model_json(model: Model) -> dict[str, Json]:
    return {"model": model.name, "versions": [_version_json(v) for v in model.versions]}


def _changes_json(changes: ModelChanges) -> Json:
    return {
        "first": changes.first,
        "compared": changes.compared,
        "kinds": [
            {"kind": one.kind.value if one.kind else None, **_figures_json(one)}
            for one in changes.kinds
        ],
        "total": _figures_json(changes.everything),
    }


def _figures_json(one: KindChanges) -> dict[str, Json]:
    return {
        "changed": one.changed,
        "of": one.steps,
        "first_bytes": one.first_bytes,
        "pushed_bytes": one.pushed_bytes,
    }


def _version_json(version: Version) -> dict[str, Json]:
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
        "labels": {name: shown_value(name, value) for name, value in version.labels.items()},
    }
