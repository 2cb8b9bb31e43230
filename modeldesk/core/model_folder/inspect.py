"""What is in a dropped folder. Nothing in it is run, imported or unpickled."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from modeldesk.core.build_context.folder_files import DOCKERFILES
from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder import findings as say
from modeldesk.core.model_folder.apps import find_app, find_training
from modeldesk.core.model_folder.gpu import find_gpu
from modeldesk.core.model_folder.ignored import ALWAYS, DATA, Rules
from modeldesk.core.model_folder.lfs import about_pointers, find_pointers
from modeldesk.core.model_folder.manifests.find import find_manifests
from modeldesk.core.model_folder.metadata import describe, framework_of
from modeldesk.core.model_folder.model import Finding, ModelFolder, Severity
from modeldesk.core.model_folder.naming import model_name
from modeldesk.core.model_folder.own_rules import apply_own_rules
from modeldesk.core.model_folder.python_version import find_python
from modeldesk.core.model_folder.requirements import find_requirements
from modeldesk.core.model_folder.shards import together
from modeldesk.core.model_folder.walk import Tree, check_folder, read_text, walk
from modeldesk.core.model_folder.weights import find_weights

_EXPOSE = re.compile(r"^[^\S\n]*+EXPOSE\s+(\d{1,5})\b", re.MULTILINE | re.IGNORECASE)
_SOURCES_SEARCHED = 20
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def inspect(folder: Path, token: CancelToken | None = None) -> ModelFolder:
    """Look at `folder`. 100,000 files take about a second; links are not followed, pipes and
    sockets not opened.

    Raises `FolderError` when it is no folder, can't be read or vanishes; `Cancelled`.
    """
    token = token or CancelToken()
    check_folder(folder)
    folder = folder.resolve()
    tree = walk(folder, Rules((*ALWAYS, *_unused_data(folder))), token)
    all_names = frozenset(entry.path for entry in tree.files)
    has_rules = DOCKERIGNORE in all_names
    said = apply_own_rules(folder, tree) if has_rules else ()
    found, also_said = _look(folder, tree, all_names, token)
    check_folder(folder)
    found = replace(
        found,
        dockerignore=PurePosixPath(DOCKERIGNORE) if has_rules else None,
        sent_too=tuple(tree.held) if has_rules or found.dockerfile else (),
    )
    said = (
        *_odd_dockerfile(folder, found),
        *said,
        *also_said,
        *say.about_tree(tree, found),
        *say.about_folder(found),
    )
    return with_findings(found, said)


def _look(
    folder: Path, tree: Tree, all_names: frozenset[str], token: CancelToken
) -> tuple[ModelFolder, tuple[Finding, ...]]:
    """What the files of `tree` are. Descriptions are read even where the folder's own
    .dockerignore keeps them out: `all_names` has them too."""
    names = frozenset(entry.path for entry in tree.files)
    manifests = find_manifests(folder, all_names)
    requirements = find_requirements(folder, names, manifests)
    packages = requirements.names if requirements else frozenset()
    dockerfile = next((PurePosixPath(name) for name in DOCKERFILES if name in all_names), None)
    exposed = _EXPOSE.search(read_text(folder, dockerfile)) if dockerfile else None
    app = find_app(folder, names, packages, _port(exposed[1]) if exposed else 0)
    if app is None or not app.server:
        app = next((one.app for one in manifests if one.app), app)
    token.raise_if_cancelled()
    pointers = find_pointers(folder, tree.files, token)
    weights = find_weights(folder, [one for one in tree.files if one.path not in pointers], token)
    description = describe(folder, all_names, manifests)
    python, disagreement = find_python(folder, all_names, manifests)
    parameters, precision = together(weights.weights)
    imports = app.imports if app else frozenset()
    found = ModelFolder(
        path=folder,
        name=model_name(folder.name),
        framework=framework_of(description.framework, weights.weights, packages, imports),
        recognised=(*(one.recognised for one in manifests), *description.recognised),
        weights=weights.weights,
        pointers={path: pointer.size_bytes for path, pointer in pointers.items()},
        parameters=parameters,
        precision=precision or description.metadata.get("precision", ""),
        python=python,
        gpu=find_gpu(manifests, weights.weights, requirements),
        system_packages=tuple(
            dict.fromkeys(package for one in manifests for package in one.system_packages)
        ),
        requirements=requirements,
        app=app,
        dockerfile=dockerfile,
        metrics=description.metrics,
        trained_with=description.trained_with,
        dataset_version=description.dataset_version,
        metadata={**weights.facts, **description.metadata},
        files=tuple(tree.files),
        kept_out=tree.kept(),
        training=find_training(folder, names),
        readable_by_all=tree.readable_by_all,
        total_bytes=tree.total_bytes,
        file_count=tree.file_count,
    )
    manifests_said = (finding for one in manifests for finding in one.findings)
    return found, (*about_pointers(pointers), *manifests_said, *disagreement, *weights.findings)


def _odd_dockerfile(folder: Path, found: ModelFolder) -> tuple[Finding, ...]:
    """What bears the name of a Dockerfile and is none: somebody means it to be used."""
    if found.dockerfile is not None:
        return ()
    named = (name for name in DOCKERFILES if os.path.lexists(folder / name))
    return tuple(say.about_odd_dockerfile(name) for name in named)


def _port(text: str) -> int:
    return int(text) if 0 < int(text) < 65536 else 0


def _unused_data(folder: Path) -> Iterator[str]:
    """The patterns of the data folders that no program at the top of the folder mentions."""
    mentioned: set[str] = set()
    for source in sorted(folder.glob("*.py"))[:_SOURCES_SEARCHED]:
        text = read_text(folder, source.name)
        for pattern in DATA:
            if re.search(rf"[\"'/]{pattern.removesuffix('/')}[\"'/]", text):
                mentioned.add(pattern)
    yield from (pattern for pattern in DATA if pattern not in mentioned)


def with_findings(found: ModelFolder, said: Iterable[Finding]) -> ModelFolder:
    """The folder with these findings too, the most serious first."""
    both = (*found.findings, *said)
    return replace(found, findings=tuple(sorted(both, key=lambda f: _ORDER.index(f.severity))))
