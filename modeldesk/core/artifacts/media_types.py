"""Media types and annotations of model artifacts, and what each says of a layer."""

import re

from modeldesk.core.artifacts.model import Form, Kind, Role

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
ARTIFACT_TYPE = "application/vnd.cncf.model.manifest.v1+json"
CONFIG_TYPE = "application/vnd.cncf.model.config.v1+json"
PATH_ANNOTATION = "org.cncf.model.filepath"
FILE_ANNOTATION = "org.cncf.model.file.metadata+json"
TITLE_ANNOTATION = "org.opencontainers.image.title"

_WORDS = {
    Role.WEIGHTS: "weight",
    Role.CONFIGURATION: "weight.config",
    Role.CODE: "code",
    Role.DOCUMENTS: "doc",
    Role.DATA: "dataset",
}
_FORMS = {Form.FILE: "raw", Form.TAR: "tar"}
_CONFIGS = (
    # The specification had another name in its first year.
    (re.compile(r"application/vnd\.(?:cncf|cnai)\.model\.config\.v1\+json"), Kind.MODEL_PACK),
    (re.compile(r"application/vnd\.kitops\.modelkit\.config\.v1\+json"), Kind.MODEL_KIT),
    (re.compile(r"application/vnd\.docker\.ai\.model\.config\.v0\.\d+\+json"), Kind.DOCKER_MODEL),
)
_PACK_LAYER = re.compile(
    r"application/vnd\.(?:cncf|cnai)\.model\."
    r"(?P<word>weight\.config|weight|code|doc|dataset)\.v1\.(?P<form>raw|tar(?:\+(?:gzip|zstd))?)"
)
_KIT_LAYER = re.compile(
    r"application/vnd\.kitops\.modelkit\."
    r"(?P<word>modelpart|model|code|docs|dataset|prompt)\.v1\.tar(?:\+(?:gzip|zstd))?"
)
_PACK_ROLES = {word: role for role, word in _WORDS.items()}
_KIT_ROLES = {
    "model": Role.WEIGHTS,
    "modelpart": Role.WEIGHTS,
    "code": Role.CODE,
    "prompt": Role.CODE,
    "docs": Role.DOCUMENTS,
    "dataset": Role.DATA,
}
_DOCKER = "application/vnd.docker.ai."
_DOCKER_LAYERS = {
    "gguf.v3": (Role.WEIGHTS, Form.FILE, "model.gguf"),
    "safetensors": (Role.WEIGHTS, Form.FILE, "model.safetensors"),
    "dduf": (Role.WEIGHTS, Form.FILE, "model.dduf"),
    "mmproj": (Role.WEIGHTS, Form.FILE, "mmproj.gguf"),
    "model.file": (Role.CONFIGURATION, Form.FILE, ""),
    "chat.template.jinja": (Role.CONFIGURATION, Form.FILE, "chat_template.jinja"),
    "license": (Role.DOCUMENTS, Form.FILE, "LICENSE"),
    "vllm.config.tar": (Role.CONFIGURATION, Form.TAR, "configuration"),
    "dir.tar": (Role.CONFIGURATION, Form.TAR, "folder"),
}


def layer_type(role: Role, form: Form) -> str:
    """What this program writes: ModelPack's, never compressed."""
    return f"application/vnd.cncf.model.{_WORDS[role]}.v1.{_FORMS[form]}"


def kind_of_config(media_type: str) -> Kind | None:
    """The kind of artifact whose configuration has this type; None for none that is known."""
    return next((kind for told, kind in _CONFIGS if told.fullmatch(media_type)), None)


def layer_of_type(media_type: str) -> tuple[Role, Form, str]:
    """What a layer of this type is, and what it is called where nothing says it (empty: by
    nothing)."""
    if found := _PACK_LAYER.fullmatch(media_type):
        form = Form.FILE if found["form"] == "raw" else Form.TAR
        return _PACK_ROLES[found["word"]], form, "" if form is Form.FILE else found["word"]
    if found := _KIT_LAYER.fullmatch(media_type):
        return _KIT_ROLES[found["word"]], Form.TAR, found["word"]
    unknown = (Role.OTHER, Form.FILE, "")
    if not media_type.startswith(_DOCKER):
        return unknown
    return _DOCKER_LAYERS.get(media_type.removeprefix(_DOCKER), unknown)
