"""Bytes that are in an image more than once: layers that write again, and weights at two places."""

from collections.abc import Iterator
from itertools import groupby

from modeldesk.core.contents.advice.model import Advice, AdvicePath, Remedy, Scene, Subject, largest
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.view import FileView, State
from modeldesk.core.contents.weights import LOOKED_AT, format_of
from modeldesk.core.words import tr

_SMALLEST = 1_000_000
_OTHER_FORMATS = (b".bin", b".h5", b".msgpack", b".pt", b".pth", b".ckpt", b".ot")


def copies(scene: Scene) -> Iterator[Advice]:
    """Everything about copies."""
    yield from _wasted(scene)
    yield from _weights_twice(scene.view)
    yield from _two_formats(scene.view)


def _wasted(scene: Scene) -> Iterator[Advice]:
    view, waste = scene.view, scene.waste.paths
    gone: list[AdvicePath] = []
    again: list[AdvicePath] = []
    owners: list[AdvicePath] = []
    for path in waste.order:
        copied = waste.copied.get(path, 0)
        rest = waste.sizes[path] - copied
        row = view.row(path)
        there = row is not None and view.states[row] != State.REMOVED
        if copied:
            owners.append(AdvicePath(path, copied))
        if rest:
            (again if there else gone).append(AdvicePath(path, rest))
    for found, said in ((gone, _removed), (again, _again), (owners, _owners)):
        paths, count, size = largest(found)
        if size >= _SMALLEST:
            subject, title, explanation, remedy = said(view, paths)
            yield Advice(subject, title, explanation, size, paths, count, remedy)


_Said = tuple[Subject, str, str, Remedy]


def _removed(_: FileView, __: tuple[AdvicePath, ...]) -> _Said:
    return (
        Subject.REMOVED_LATER,
        tr("Files that a later layer removes"),
        tr("They are gone from sight, but the layer that wrote them is still pushed and pulled."),
        Remedy(
            tr("Remove files in the RUN instruction that makes them, or mount what is only read."),
            (
                "RUN make-something && rm -rf /tmp/leftovers",
                "# or, for files that are only read while building:",
                "RUN --mount=type=bind,source=data,target=/data make-something",
            ),
        ),
    )


def _again(_: FileView, __: tuple[AdvicePath, ...]) -> _Said:
    return (
        Subject.WRITTEN_AGAIN,
        tr("Files that several layers write"),
        tr("Every layer that changes a file holds all of it; only the last copy is seen."),
        Remedy(
            tr("Bring each file into its last form in one instruction."),
            ("RUN apt-get update && apt-get upgrade -y && apt-get install -y PACKAGES",),
        ),
    )


def _owners(view: FileView, paths: tuple[AdvicePath, ...]) -> _Said:
    row = view.row(paths[0].path)
    entry = view.entry(row) if row is not None else None
    owner = f"{entry.uid}:{entry.gid}" if entry else "1000:1000"
    return (
        Subject.OWNER_COPIES,
        tr("Copies made by chown or chmod"),
        tr(
            "Changing the owner or the permissions of a file in a layer of its own stores the "
            "whole file again."
        ),
        Remedy(
            tr("Set owner and permissions while copying, and drop the chown."),
            (f"COPY --chown={owner} . /app",),
        ),
    )


def _weights_twice(view: FileView) -> Iterator[Advice]:
    weights = [row for row in range(len(view)) if _is_weights(view, row)]

    def alike(row: int) -> tuple[int, bytes]:
        return view.sizes[row], _start(view, row)

    spare = []
    for _, rows in groupby(sorted(weights, key=alike), key=alike):
        spare += [AdvicePath(view.paths[row], view.sizes[row], view.layer_of(row)) for row in rows][
            1:
        ]
    if spare:
        paths, count, size = largest(spare)
        yield Advice(
            Subject.WEIGHTS_TWICE,
            tr("Weights that are there twice"),
            tr(
                "Files of the same size with the same beginning are at several paths. Compare "
                "their contents to be sure."
            ),
            size,
            paths,
            count,
            Remedy(
                tr("Copy the weights once, and link to them from the other place."),
                ("COPY weights/ /models/", "RUN ln -s /models /app/models"),
            ),
        )


def _two_formats(view: FileView) -> Iterator[Advice]:
    """The same model in safetensors and in an older format, as model hubs have it."""
    folders = dict[bytes, list[int]]()
    for row in range(len(view)):
        if view.sizes[row] >= LOOKED_AT and _is_weights(view, row):
            folders.setdefault(view.paths[row].rpartition(b"/")[0], []).append(row)
    spare = []
    for rows in folders.values():
        if any(_format(view, row) == "safetensors" for row in rows):
            others = [row for row in rows if _format(view, row) != "safetensors"]
            spare += [
                AdvicePath(view.paths[row], view.sizes[row], view.layer_of(row))
                for row in others
                if view.paths[row].endswith(_OTHER_FORMATS)
            ]
    if spare:
        paths, count, size = largest(spare)
        yield Advice(
            Subject.WEIGHT_FORMATS,
            tr("Weights in more than one format"),
            tr("Beside the safetensors there are weights of an older format in the same folder."),
            size,
            paths,
            count,
            Remedy(
                tr("Download or copy only the format that is loaded."),
                ("RUN hf download MODEL --include '*.safetensors' '*.json' --local-dir /models",),
            ),
        )


def _is_weights(view: FileView, row: int) -> bool:
    return (
        view.sizes[row] >= LOOKED_AT
        and view.types[row] == FileType.FILE
        and view.states[row] != State.REMOVED
        and bool(_start(view, row))
        and bool(_format(view, row))
    )


def _format(view: FileView, row: int) -> str:
    return format_of(view.paths[row], view.sizes[row], _start(view, row))


def _start(view: FileView, row: int) -> bytes:
    return view.layers[view.layer_of(row)].kept.get(view.paths[row], b"")
