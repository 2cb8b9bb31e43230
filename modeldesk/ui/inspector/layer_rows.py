"""What the Layers tab tells, as rows (no Qt objects are made here)."""

from dataclasses import dataclass

from modeldesk.core.contents.figures import Figures
from modeldesk.core.contents.model import ArchiveImage, EngineImage, Place
from modeldesk.core.layers.kinds import LayerKind, kind_name
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.parts import parts_name, worth_naming
from modeldesk.core.library.model import Group, VersionKey, VersionSizes
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.key_value import KeyValue
from modeldesk.ui.widgets.two_line_list import TwoLineRow

_EFFICIENT = 0.95


@dataclass(frozen=True, slots=True)
class ShownLayers:
    """Whose layers are shown."""

    key: VersionKey | Place
    layers: tuple[Layer, ...]
    size_bytes: int
    sizes: VersionSizes | None = None
    shared_with: tuple[int, ...] = ()
    images_with: tuple[int, ...] = ()
    group: Group = Group.MODEL


def kind_to_tell_of(known: Figures, layers: tuple[Layer, ...], picked: str) -> LayerKind:
    """The kind of the layer that is picked; else what weighs most beside the base image."""
    if picked:
        return layers[int(picked)].kind
    sizes: dict[LayerKind, int] = {}
    for layer in layers:
        if layer.kind in known.largest:
            own = layer.size_bytes if layer.kind is not LayerKind.BASE_IMAGE else 0
            sizes[layer.kind] = sizes.get(layer.kind, 0) + own
    return max(sizes, key=sizes.__getitem__, default=LayerKind.OTHER)


def layer_row(shown: ShownLayers, number: int) -> TwoLineRow:
    """One layer (base first, from 0) in the list."""
    layer = shown.layers[number]
    total = sum(x.size_bytes for x in shown.layers)
    note = ""
    if number < len(shown.shared_with):
        held = shown.images_with[number] if number < len(shown.images_with) else 0
        note = _shared_note(layer, shown.shared_with[number], held, shown.group)
    return TwoLineRow(
        key=str(number),
        title=parts_name(layer.kind, layer.parts),
        title_note=note,
        subtitle=presentation.instruction(layer.instruction) or tr("instruction not known"),
        right=presentation.size(layer.size_bytes),
        right_note=presentation.percent(layer.size_bytes / total) if total else "",
        parts=worth_naming(layer.parts),
        mono_subtitle=True,
        tooltip=parts_text(layer),
    )


def parts_text(layer: Layer) -> str:
    """How much of each kind a layer holds; empty where it holds one."""
    return " · ".join(f"{kind_name(kind)} {presentation.size(size)}" for kind, size in layer.mixed)


def figure_rows(shown: ShownLayers, known: Figures | None) -> list[KeyValue]:
    """What is told above the list; `known` is what the files tell."""
    on_disk = isinstance(shown.key, VersionKey | EngineImage)
    return [
        KeyValue(
            tr("Total on disk") if on_disk else tr("Unpacked"),
            presentation.size(shown.size_bytes),
            tooltip=presentation.exact_size(shown.size_bytes),
        ),
        *(_sharing(shown.sizes) if isinstance(shown.key, VersionKey) else ()),
        *(
            _of_contents(known, in_archive=isinstance(shown.key, ArchiveImage))
            if known
            else [KeyValue(tr("Layers"), presentation.count(len(shown.layers)))]
        ),
    ]


def _sharing(sizes: VersionSizes | None) -> list[KeyValue]:
    unknown = tr("being read")
    return [
        KeyValue(
            tr("Only in this version"),
            presentation.size(sizes.unique_bytes) if sizes else unknown,
            tooltip=tr("In layers that no other local image has: removing it frees this much"),
        ),
        KeyValue(
            tr("Shared with others"),
            presentation.size(sizes.shared_bytes) if sizes else unknown,
            tooltip=tr("In layers that other local images have too"),
        ),
    ]


def _of_contents(known: Figures, *, in_archive: bool) -> list[KeyValue]:
    rows = []
    if known.compressed_bytes is not None:
        size = presentation.size(known.compressed_bytes)
        exact = presentation.exact_size(known.compressed_bytes)
        name = tr("In the archive") if in_archive else tr("Compressed in registry")
        rows.append(KeyValue(name, size, tooltip=exact))
    reclaimable = presentation.exact_size(known.reclaimable_bytes)
    good = known.efficiency >= _EFFICIENT
    return [
        *rows,
        KeyValue(
            tr("Reclaimable"),
            presentation.size(known.reclaimable_bytes),
            tooltip=tr(
                "{bytes} that a layer wrote and another replaced or removed", bytes=reclaimable
            ),
        ),
        KeyValue(
            tr("Efficiency"),
            presentation.percent(known.efficiency),
            Tone.GOOD if good else Tone.WARNING,
            tr("The share of all layers' bytes that is there in the end"),
        ),
    ]


def _shared_note(layer: Layer, count: int, images: int, group: Group) -> str:
    """What else has the layer. In one version alone, images that are no version of the model
    are told too: removing that version would not free it."""
    if layer.kind is LayerKind.BASE_IMAGE or group is not Group.MODEL:
        return trn("in {count} image", "in {count} images", count)
    versions = trn("in {count} version", "in {count} versions", count)
    if count > 1 or images <= count:
        return versions
    return f"{versions} · {trn('{count} image', '{count} images', images)}"
