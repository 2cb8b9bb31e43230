"""Which manifests a folder has."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.manifests import hugging_face, mlflow, packagers, packs, servers
from modeldesk.core.model_folder.manifests.model import Manifest

_Reader = Callable[[Path, PurePosixPath, frozenset[str]], Manifest | None]
_READERS: dict[str, _Reader] = {
    "MLmodel": mlflow.read,
    "cog.yaml": packagers.read_cog,
    "bentofile.yaml": packagers.read_bento,
    "config.yaml": packagers.read_truss,
    "model-settings.json": servers.read_mlserver,
    "config.pbtxt": servers.read_triton,
    "Kitfile": packs.read_kitfile,
    "Modelfile": packs.read_modelfile,
    "model_index.json": hugging_face.read_model_index,
    "modules.json": hugging_face.read_modules,
    "adapter_config.json": hugging_face.read_adapter,
    "config.json": hugging_face.read_config,
}
"""Those that say the most first."""
_ORDER = {name: order for order, name in enumerate(_READERS)}
_OF_PARTS = {"config.json", "modules.json", "adapter_config.json"}
"""What a model's parts have too."""
_DEEPEST = 2
_MOST = 40


def find_manifests(folder: Path, names: frozenset[str]) -> tuple[Manifest, ...]:
    """The manifests at the top of the folder, and in its folders down to the second, those of
    the top first."""
    paths = [
        PurePosixPath(name)
        for name in names
        if name.count("/") <= _DEEPEST and name.rpartition("/")[2] in _READERS
    ]
    paths.sort(key=lambda path: (len(path.parts), _ORDER[path.name], path))
    found: list[Manifest] = []
    described: set[PurePosixPath] = set()
    for path in paths[:_MOST]:
        if path.name in _OF_PARTS and described & set(path.parent.parents):
            continue
        if manifest := _READERS[path.name](folder, path, names):
            found.append(manifest)
            described.add(path.parent)
    return tuple(found)
