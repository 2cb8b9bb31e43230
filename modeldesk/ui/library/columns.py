"""The columns of the versions table: how each says what it knows of a version."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.library.model import Group, Model, Place, PlacedVersion, Version
from modeldesk.core.library.placed import count_places, placed_versions
from modeldesk.core.versioning.channels import channel_of
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.library.entries import common_metrics, is_well
from modeldesk.ui.releases.entries import container_state
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.channel_chip import channel_chip
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.keyed_model import Cell, Column

VERSION = "version"
METRIC = "metric "
_MOST_RUNNING_CHIPS = 2
_MOST_LINES = 12
_LONGEST_TITLE = 14

GIVE_WAY = ("where", "commit", METRIC, "created", "used by", "change")
"""Columns that go, in this order, where the table has too little room."""
GIVE_WAY_REMOTE = (
    "commit", "platforms", "change", METRIC, "created", "used by", "where", "compressed",
)  # fmt: skip
"""The same where a registry has some of the versions: then where each is matters more."""


def columns_for(entry: Model) -> tuple[Column[PlacedVersion], ...]:
    """What fits a model, a base image or the untagged images."""
    size = Column("size", tr("Size"), _size, "right", sort=_size_order)
    created = Column("created", tr("Created"), _created, sort=lambda v: v.created)
    if entry.group is Group.UNTAGGED:
        used = Column("used by", tr("Used by"), _used_by, sort=lambda v: len(_containers(v)))
        return _ranked((_version_column(tr("Image")), size, created, used), GIVE_WAY)
    where = Column("where", tr("Where"), _where, sort=lambda v: v.place.value)
    commit = Column("commit", tr("Commit"), _commit, sort=lambda v: v.commit)
    places = entry.places or count_places(placed_versions(entry))
    there = places.in_registry
    here = [size] if entry.versions or not there else []
    if there:
        here.append(
            Column(
                "compressed",
                tr("Compressed"),
                _compressed,
                "right",
                sort=lambda v: v.compressed_bytes or 0,
                tooltip=tr("What its layers take in the registry, compressed"),
            )
        )
    platforms = Column("platforms", tr("Platforms"), _platforms, sort=lambda v: v.platforms)
    several = [platforms] if places.several_platforms else []
    give_way = GIVE_WAY_REMOTE if entry.placed else GIVE_WAY
    if entry.group is Group.BASE_IMAGE:
        columns = (_version_column(tr("Tag")), *here, *several, created, where)
        return _ranked(columns, give_way)
    change = Column("change", tr("Change"), _change, "right", sort=_change_order)
    return _ranked(
        (
            _version_column(tr("Version")),
            *here,
            *([change] if entry.versions or not there else []),
            *(_metric_column(name) for name in common_metrics(places)),
            *([commit] if places.committed else []),
            *several,
            created,
            where,
        ),
        give_way,
    )


def placed_chips(placed: PlacedVersion) -> tuple[ChipSpec, ...]:
    """What is to be known of a version at once: channels, where it runs, a tag that moved."""
    moved = (ChipSpec(tr("tag moved in registry"), Tone.WARNING),) if placed.drifts else ()
    if placed.local is not None:
        return (*moved, *version_chips(placed.local))
    packed = (ChipSpec(presentation.printable(placed.artifact)),) if placed.artifact else ()
    return (*packed, *(channel_chip(one) for one in placed.channels))


def version_chips(version: Version) -> tuple[ChipSpec, ...]:
    """Its channels, then where it runs."""
    chips = [channel_chip(channel) for channel in version.channels if channel != version.name]
    chips += _more_tags(version)
    return (*chips, *_running_chips(version))


def _running_chips(version: Version) -> list[ChipSpec]:
    """Each port; containers without one, as those behind a gateway, together."""
    running = [c for c in version.containers if c.running]
    ports = {c.id: next((p.host_port for p in c.ports if p.host_port), 0) for c in running}
    ported = [c for c in running if ports[c.id]]
    chips = [_running_chip(f":{ports[c.id]}", c) for c in ported[:_MOST_RUNNING_CHIPS]]
    if len(ported) > _MOST_RUNNING_CHIPS:
        chips.append(ChipSpec(f"+{len(ported) - _MOST_RUNNING_CHIPS}", Tone.GOOD))
    others = [c for c in running if not ports[c.id]]
    if others:
        several = trn("{count} running", "{count} running", len(others))
        chips.append(_running_chip(several if len(others) > 1 else tr("running"), *others))
    return chips


def _running_chip(text: str, *containers: ContainerSummary) -> ChipSpec:
    tone = Tone.GOOD if all(map(is_well, containers)) else Tone.WARNING
    return ChipSpec(text, tone, dot=True)


def _more_tags(version: Version) -> list[ChipSpec]:
    """What else it is called: a short tag as it is, longer ones and several as their number."""
    shown = {version.name, *version.channels}
    tags = {r.tag for r in version.references if r.tag and channel_of(r.tag) is None}
    more = sorted(tags - shown)
    if not more:
        return []
    if len(more) == 1 and len(more[0]) <= _LONGEST_TITLE:
        return [ChipSpec(presentation.printable(more[0]))]
    return [ChipSpec(trn("+{count} tag", "+{count} tags", len(more)))]


def _version_column(heading: str) -> Column[PlacedVersion]:
    return Column(VERSION, heading, _version, stretch=True, sort=lambda v: v.name.casefold())


def _version(placed: PlacedVersion) -> Cell:
    version = placed.local
    lines = [str(reference) for reference in version.references] if version else []
    lines = lines or ([] if placed.remote else [placed.image])
    lines += [f"{one.name}@{one.digest}" for one in placed.remote[:_MOST_LINES]]
    lines += [
        tr("container {name}: {state}", name=c.name, state=container_state(c)[0])
        for c in _containers(placed)
    ]
    named = bool(version.references) if version else not is_mutable(placed.remote[0].tag)
    return Cell(
        presentation.printable(placed.name),
        placed_chips(placed),
        bold=version is not None,
        muted=version is None,
        mono=not named,
        tooltip="\n".join(map(presentation.printable, lines)),
    )


def _containers(placed: PlacedVersion) -> tuple[ContainerSummary, ...]:
    return placed.local.containers if placed.local else ()


def _size(placed: PlacedVersion) -> Cell:
    version = placed.local
    if version is None:
        return Cell(tooltip=tr("Not on this engine"))
    lines = [tr("{size} on disk", size=presentation.exact_size(version.size_bytes))]
    if version.sizes is not None:
        unique = presentation.exact_size(version.sizes.unique_bytes)
        lines.append(tr("{size} only in this version", size=unique))
    return Cell(presentation.size(version.size_bytes), tooltip="\n".join(lines))


def _size_order(placed: PlacedVersion) -> int:
    return placed.local.size_bytes if placed.local else -1


def _compressed(placed: PlacedVersion) -> Cell:
    size = placed.compressed_bytes
    if size is None:
        return Cell()
    said = tr("{size} compressed in the registry", size=presentation.exact_size(size))
    if len(placed.platforms) > 1:
        said += "\n" + tr("Of the platform that fits this machine, else of the first")
    return Cell(presentation.size(size), muted=True, tooltip=said)


def _platforms(placed: PlacedVersion) -> Cell:
    shown = ", ".join(one.removeprefix("linux/") for one in placed.platforms)
    lines = list(placed.platforms)
    spoken = max((one.attestations for one in placed.remote), default=0)
    if spoken:
        lines.append(trn("{count} attestation beside them", "{count} attestations beside them",
                         spoken))  # fmt: skip
    return Cell(presentation.printable(shown), muted=True, prose=True,
                tooltip="\n".join(map(presentation.printable, lines)))  # fmt: skip


def _change(placed: PlacedVersion) -> Cell:
    if placed.local is None or placed.local.change is None:
        return Cell()
    return Cell(
        presentation.signed_percent(placed.local.change),
        muted=True,
        tooltip=tr("Size against the version before"),
    )


def _change_order(placed: PlacedVersion) -> tuple[bool, float]:
    change = placed.local.change if placed.local else None
    return change is not None, change or 0.0


def _metric_column(name: str) -> Column[PlacedVersion]:
    def cell(version: PlacedVersion) -> Cell:
        value = version.metrics.get(name)
        return Cell() if value is None else Cell(presentation.metric(value), tooltip=f"{value:,}")

    def order(version: PlacedVersion) -> tuple[bool, float]:
        value = version.metrics.get(name)
        return value is not None, value or 0.0

    title = presentation.printable(name)
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 1] + presentation.ELLIPSIS
    return Column(
        METRIC + name, title, cell, "right", sort=order, tooltip=presentation.printable(name)
    )


def _commit(version: PlacedVersion) -> Cell:
    shown, dash, dirty = version.commit.partition("-")
    mark = "*" if dash and dirty else ""
    tooltip = tr("{commit}: built with changes that were not committed", commit=shown)
    return Cell(shown + mark, mono=True, muted=True, tooltip=tooltip if mark else "")


def _created(version: PlacedVersion) -> Cell:
    text = presentation.age(version.created, datetime.now(UTC))
    if version.created.year <= 1980:
        return Cell(tr("unknown"), muted=True, tooltip=tr("The image does not say when"))
    return Cell(text, muted=True, tooltip=presentation.moment(version.created))


def place_text(placed: PlacedVersion) -> str:
    """Where it is, in a word or two."""
    match placed.place:
        case Place.BOTH:
            return tr("Local + registry")
        case Place.REGISTRY:
            return tr("Only in registry")
    return tr("Local")


def _where(placed: PlacedVersion) -> Cell:
    digests = [f"{one.name}@{one.digest}" for one in placed.remote[:_MOST_LINES]]
    if placed.local is not None and not digests:
        digests = [str(digest) for digest in placed.local.digests]
    tooltip = "\n".join(map(presentation.printable, digests))
    return Cell(place_text(placed), muted=True, tooltip=tooltip)


def _used_by(placed: PlacedVersion) -> Cell:
    names = [c.name for c in _containers(placed)]
    if not names:
        return Cell(tr("nothing"), muted=True)
    shown = presentation.printable(names[0])
    if len(names) > 1:
        shown = trn("{name} + {count} more", "{name} + {count} more", len(names) - 1, name=shown)
    return Cell(shown, muted=True, tooltip=presentation.printable(", ".join(names)))


def _ranked(
    columns: Sequence[Column[PlacedVersion]], give_way: Sequence[str]
) -> tuple[Column[PlacedVersion], ...]:
    """`columns`, each with how early it gives way."""
    kinds = [METRIC if c.key.startswith(METRIC) else c.key for c in columns]
    return tuple(
        replace(column, gives_way=give_way.index(kind) if kind in give_way else None)
        for column, kind in zip(columns, kinds, strict=True)
    )
