"""What ``modeldesk artifact`` gives back."""

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.moving import counted
from modeldesk.core.artifacts.catalogue import HeldVersion
from modeldesk.core.artifacts.model import EPOCH, Artifact, ArtifactLayer
from modeldesk.core.artifacts.pulling import Pulled
from modeldesk.core.artifacts.pushing import Pushed
from modeldesk.core.ids import short
from modeldesk.core.metadata.keys import value_text
from modeldesk.core.metadata.labels import from_labels
from modeldesk.core.references import Reference
from modeldesk.core.text import size_text
from modeldesk.core.words import tr

_IMAGE = "image"


def kind_of(artifact: Artifact | None) -> str:
    """What a version is, for people and programs."""
    return artifact.kind.value if artifact is not None else _IMAGE


def pushed_answer(pushed: Pushed) -> Answer:
    """What was sent where."""
    said = "" if pushed.is_new else " " + tr("(it was there already)")
    return Answer(
        {
            "reference": str(pushed.target),
            "digest": pushed.target.digest,
            "is_new": pushed.is_new,
            "moved_bytes": pushed.moved_bytes,
            "there_bytes": pushed.there_bytes,
        },
        (f"{pushed.target}{said}", counted(pushed.moved_bytes, pushed.there_bytes)),
    )


def pulled_answer(pulled: Pulled, folder: str) -> Answer:
    """What came, and to where."""
    return Answer(
        {
            "reference": str(pulled.source),
            "digest": pulled.source.digest,
            "kind": pulled.artifact.kind.value,
            "folder": folder,
            "moved_bytes": pulled.moved_bytes,
            "there_bytes": pulled.there_bytes,
        },
        (f"{pulled.source} → {folder}", counted(pulled.moved_bytes, pulled.there_bytes)),
    )


def shown_answer(reference: Reference, artifact: Artifact) -> Answer:
    """All that its manifest and configuration tell."""
    values = from_labels(artifact.labels)
    facts = [
        ("kind", artifact.kind.value),
        ("model", artifact.name),
        ("version", artifact.version),
        ("framework", artifact.framework),
        ("architecture", artifact.architecture),
        ("parameters", artifact.parameters),
        ("precision", artifact.precision),
        ("description", artifact.description),
        ("license", ", ".join(artifact.licenses)),
        ("created", "" if artifact.created == EPOCH else f"{artifact.created:%Y-%m-%d %H:%M}"),
        ("size", size_text(artifact.size_bytes)),
        *((key.text, value_text(key, value)) for key, value in values.items()),
    ]
    rows = [
        (one.path, one.role.value, size_text(one.size_bytes), short(one.digest))
        for one in artifact.layers
    ]
    widest = max(18, *(len(name) + 2 for name, said in facts if said))
    return Answer(
        {
            "reference": str(reference),
            "digest": artifact.digest,
            "kind": artifact.kind.value,
            "model": artifact.name,
            "version": artifact.version,
            "framework": artifact.framework,
            "architecture": artifact.architecture,
            "parameters": artifact.parameters,
            "precision": artifact.precision,
            "description": artifact.description,
            "licenses": list(artifact.licenses),
            "created": None if artifact.created == EPOCH else artifact.created.isoformat(),
            "size_bytes": artifact.size_bytes,
            "metadata": {key.text: value for key, value in values.items()},
            "layers": [_layer(one) for one in artifact.layers],
        },
        (
            str(reference),
            "",
            *(f"{name + ':':<{widest}}{said}" for name, said in facts if said),
            "",
            *table(("FILES", "ROLE", "SIZE", "DIGEST"), rows, "  r "),
        ),
    )


def listed_answer(repository: Reference, versions: tuple[HeldVersion, ...]) -> Answer:
    """Artifacts and images side by side."""
    rows = [
        (
            one.name or short(one.held.digest),
            kind_of(one.held.artifact),
            " ".join(one.channels),
            size_text(one.held.size_bytes),
            f"{one.held.created.astimezone():%Y-%m-%d %H:%M}",
            short(one.held.digest),
        )
        for one in versions
    ]
    header = ("VERSION", "KIND", "CHANNELS", "SIZE", "CREATED", "DIGEST")
    lines = table(header, rows, "   r") if rows else [tr("There are no models here.")]
    return Answer([_version(repository, one) for one in versions], tuple(lines))


def _layer(layer: ArtifactLayer) -> Json:
    return {
        "path": layer.path,
        "role": layer.role.value,
        "form": layer.form.value,
        "digest": layer.digest,
        "size_bytes": layer.size_bytes,
        "media_type": layer.media_type,
    }


def _version(repository: Reference, version: HeldVersion) -> Json:
    return {
        "repository": str(repository),
        "version": version.name,
        "kind": kind_of(version.held.artifact),
        "digest": version.held.digest,
        "channels": list(version.channels),
        "size_bytes": version.held.size_bytes,
        "created": version.held.created.isoformat(),
        "metadata": {key.text: told.value for key, told in version.metadata.values.items()},
    }
