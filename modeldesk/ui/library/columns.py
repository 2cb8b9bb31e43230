"""The columns of the versions table: how each says what it knows of a version."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from modeldesk.core.library.model import Group, Model, Version, Where
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
_LONGEST_TITLE = 14

GIVE_WAY = ("where", "commit", METRIC, "created", "used by", "change")
"""Columns that go, in this order, where the table has too little room."""


def columns_for(entry: Model) -> tuple[Column[Version], ...]:
    """What fits a model, a base image or the untagged images."""
    size = Column("size", tr("Size"), _size, "right", sort=lambda v: v.size_bytes)
    created = Column("created", tr("Created"), _created, sort=lambda v: v.created)
    if entry.group is Group.UNTAGGED:
        used = Column("used by", tr("Used by"), _used_by, sort=lambda v: len(v.containers))
        return _ranked((_version_column(tr("Image")), size, created, used))
    where = Column("where", tr("Where"), _where, sort=lambda v: v.where.value)
    commit = Column("commit", tr("Commit"), _commit, sort=lambda v: v.commit)
    if entry.group is Group.BASE_IMAGE:
        return _ranked((_version_column(tr("Tag")), size, created, where))
    return _ranked(
        (
            _version_column(tr("Version")),
            size,
            Column("change", tr("Change"), _change, "right", sort=_change_order),
            *(_metric_column(name) for name in common_metrics(entry)),
            *([commit] if any(v.commit for v in entry.versions) else []),
            created,
            where,
        )
    )


def version_chips(version: Version) -> tuple[ChipSpec, ...]:
    """Its channels, then where it runs."""
    chips = [channel_chip(channel) for channel in version.channels if channel != version.name]
    chips += _more_tags(version)
    running = [c for c in version.containers if c.running]
    for container in running[:_MOST_RUNNING_CHIPS]:
        ports = [port.host_port for port in container.ports if port.host_port]
        text = f":{ports[0]}" if ports else tr("running")
        tone = Tone.GOOD if is_well(container) else Tone.WARNING
        chips.append(ChipSpec(text, tone, dot=True))
    if len(running) > _MOST_RUNNING_CHIPS:
        chips.append(ChipSpec(f"+{len(running) - _MOST_RUNNING_CHIPS}", Tone.GOOD))
    return tuple(chips)


def _more_tags(version: Version) -> list[ChipSpec]:
    """What else it is called: a short tag as it is, longer ones and several as their number."""
    shown = {version.name, *version.channels}
    more = sorted({r.tag for r in version.references if r.tag} - shown)
    if not more:
        return []
    if len(more) == 1 and len(more[0]) <= _LONGEST_TITLE:
        return [ChipSpec(presentation.printable(more[0]))]
    return [ChipSpec(trn("+{count} tag", "+{count} tags", len(more)))]


def _version_column(heading: str) -> Column[Version]:
    return Column(VERSION, heading, _version, stretch=True, sort=lambda v: v.name.casefold())


def _version(version: Version) -> Cell:
    lines = [str(reference) for reference in version.references] or [version.key.image]
    lines += [
        tr("container {name}: {state}", name=c.name, state=container_state(c)[0])
        for c in version.containers
    ]
    return Cell(
        presentation.printable(version.name),
        version_chips(version),
        bold=True,
        mono=not version.references,
        tooltip="\n".join(map(presentation.printable, lines)),
    )


def _size(version: Version) -> Cell:
    lines = [tr("{size} on disk", size=presentation.exact_size(version.size_bytes))]
    if version.sizes is not None:
        unique = presentation.exact_size(version.sizes.unique_bytes)
        lines.append(tr("{size} only in this version", size=unique))
    return Cell(presentation.size(version.size_bytes), tooltip="\n".join(lines))


def _change(version: Version) -> Cell:
    if version.change is None:
        return Cell()
    return Cell(
        presentation.signed_percent(version.change),
        muted=True,
        tooltip=tr("Size against the version before"),
    )


def _change_order(version: Version) -> tuple[bool, float]:
    return version.change is not None, version.change or 0.0


def _metric_column(name: str) -> Column[Version]:
    def cell(version: Version) -> Cell:
        value = version.metrics.get(name)
        return Cell() if value is None else Cell(presentation.metric(value), tooltip=f"{value:,}")

    def order(version: Version) -> tuple[bool, float]:
        value = version.metrics.get(name)
        return value is not None, value or 0.0

    title = presentation.printable(name)
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 1] + presentation.ELLIPSIS
    return Column(
        METRIC + name, title, cell, "right", sort=order, tooltip=presentation.printable(name)
    )


def _commit(version: Version) -> Cell:
    shown, dash, dirty = version.commit.partition("-")
    mark = "*" if dash and dirty else ""
    tooltip = tr("{commit}: built with changes that were not committed", commit=shown)
    return Cell(shown + mark, mono=True, muted=True, tooltip=tooltip if mark else "")


def _created(version: Version) -> Cell:
    text = presentation.age(version.created, datetime.now(UTC))
    if version.created.year <= 1980:
        return Cell(tr("unknown"), muted=True, tooltip=tr("The image does not say when"))
    return Cell(text, muted=True, tooltip=presentation.moment(version.created))


def _where(version: Version) -> Cell:
    text = tr("Local") if version.where is Where.LOCAL else tr("Local + registry")
    digests = "\n".join(str(digest) for digest in version.digests)
    return Cell(text, muted=True, tooltip=digests)


def _used_by(version: Version) -> Cell:
    names = [c.name for c in version.containers]
    if not names:
        return Cell(tr("nothing"), muted=True)
    shown = presentation.printable(names[0])
    if len(names) > 1:
        shown = trn("{name} + {count} more", "{name} + {count} more", len(names) - 1, name=shown)
    return Cell(shown, muted=True, tooltip=presentation.printable(", ".join(names)))


def _ranked(columns: Sequence[Column[Version]]) -> tuple[Column[Version], ...]:
    """`columns`, each with how early it gives way."""
    kinds = [METRIC if c.key.startswith(METRIC) else c.key for c in columns]
    return tuple(
        replace(column, gives_way=GIVE_WAY.index(kind) if kind in GIVE_WAY else None)
        for column, kind in zip(columns, kinds, strict=True)
    )
