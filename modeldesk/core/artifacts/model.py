"""The words of model artifacts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(Enum):
    """By whose rules an artifact is packed. The value is its name for people."""

    MODEL_PACK = "ModelPack"
    """CNCF's, which this program writes."""
    MODEL_KIT = "KitOps ModelKit"
    DOCKER_MODEL = "Docker model"


class Role(Enum):
    """What a layer is for."""

    WEIGHTS = "weights"
    CONFIGURATION = "configuration"
    """Of the weights: ``config.json``, tokenizers and the like."""
    CODE = "code"
    DOCUMENTS = "documents"
    DATA = "data"
    OTHER = "other"
    """Of a type that is not known here."""


class Form(Enum):
    """How files lie in a layer."""

    FILE = "file"
    """One, byte for byte."""
    TAR = "tar"
    """Any number, perhaps compressed."""


@dataclass(frozen=True, slots=True)
class ArtifactLayer:
    """One blob of an artifact, as its manifest tells of it."""

    role: Role
    form: Form
    path: str
    """Of a file: where it belongs. Of a tar: what it is called; its members have paths of their
    own. As the manifest says it: not to be used before `modeldesk.core.artifacts.safe_paths`."""
    digest: str
    size_bytes: int
    media_type: str
    executable: bool = False
    modified: float | None = None
    """Seconds since the epoch; None where it is not said."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A model in a registry, known by its manifest and configuration: no layer was fetched."""

    kind: Kind
    digest: str
    """Of its manifest."""
    config_digest: str
    layers: tuple[ArtifactLayer, ...]
    name: str = ""
    """What it calls its model; empty where it says nothing, as for all texts here."""
    version: str = ""
    framework: str = ""
    """``scikit-learn``; or the format of its weights, ``safetensors``."""
    architecture: str = ""
    parameters: str = ""
    """As it is written: ``6.7B``."""
    precision: str = ""
    description: str = ""
    licenses: tuple[str, ...] = ()
    created: datetime = EPOCH
    """The epoch where it is not said."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What its annotations say, by the names of labels of images."""

    @property
    def size_bytes(self) -> int:
        """Of all layers, as they lie in the registry."""
        return sum(layer.size_bytes for layer in self.layers)
