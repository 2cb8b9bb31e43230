"""What stands in the list of the clean-up page: groups, their candidates, the build cache."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from modeldesk.core.cleanup.candidates import Candidate, Cleanup, Reason
from modeldesk.core.cleanup.rules import KeepRules
from modeldesk.core.engine.model import BuildCache
from modeldesk.core.keep_rule import KeepRule
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.channel_chip import channel_chip
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.keyed_model import Cell, Column

CACHE = "cache"
_LEAST_NAME, _LEAST_WHY = 130, 190
"""Pixels down to which names and reasons, which tooltips tell whole, make room for figures."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row. A heading speaks of the lines of its group, of which it is the first."""

    key: str
    group: str
    title: str = ""
    note: str = ""
    locked: str = ""
    size: int | None = None
    heading: bool = False
    candidate: Candidate | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page shows, at one moment."""

    cleanup: Cleanup
    lines: tuple[Line, ...]

    def candidates(self, keys: frozenset[str]) -> list[Candidate]:
        """The candidates whose lines are among `keys`, in their order."""
        return [line.candidate for line in self.lines if line.candidate and line.key in keys]


def make_sheet(cleanup: Cleanup, rules: KeepRules, cache: BuildCache) -> Sheet:
    """The lines of `cleanup`, group by group; pure, and slow only with many thousands."""
    lines: list[Line] = []
    for group, members in groupby(cleanup.candidates, key=_group):
        lines += _group_lines(cleanup, rules, group, list(members))
    if cache.own_bytes:
        lines += _cache_lines(cache)
    return Sheet(cleanup, tuple(lines))


def rule_text(rule: KeepRule) -> str:
    """A rule in a few words."""
    newest = trn("the newest", "the newest {count}", rule.newest)
    if not rule.days:
        return newest
    days = trn("the last day", "the last {count} days", rule.days)
    return tr("{newest} and {days}", newest=newest, days=days)


def _group(candidate: Candidate) -> str:
    model = candidate.key.model if candidate.reason is Reason.OLD else ""
    return f"{candidate.reason.value} {model}"


def _group_lines(
    cleanup: Cleanup, rules: KeepRules, group: str, members: Sequence[Candidate]
) -> Iterator[Line]:
    count = len(members)
    figure = presentation.count(count)
    parts = [trn("{figure} image", "{figure} images", count, figure=figure)]
    back = cleanup.bytes_back(members)
    if back:
        parts.append(tr("{size} would come back", size=presentation.size(back)))
    if members[0].reason is Reason.OLD:
        parts.append(_rule_note(rules, members[0]))
    yield Line(group, group, _title(members[0]), " · ".join(parts), heading=True)
    for one in members:
        yield Line(
            f"{group} {one.key.model} {one.key.image}",
            group,
            locked=one.locked,
            size=one.version.size_bytes,
            candidate=one,
        )


def _title(first: Candidate) -> str:
    match first.reason:
        case Reason.UNTAGGED:
            return tr("Untagged images")
        case Reason.DEPRECATED:
            return tr("Deprecated versions")
        case Reason.OLD:
            name = presentation.printable(first.key.model)
            return tr("Old versions of {model}", model=name)


def _rule_note(rules: KeepRules, one: Candidate) -> str:
    rule = rules.of_model(one.key.model)
    if one.key.model in rules.own:
        return tr("kept by its own rule: {rule}", rule=rule_text(rule))
    return tr("kept: {rule}", rule=rule_text(rule))


def _cache_lines(cache: BuildCache) -> Iterator[Line]:
    yield Line(CACHE, CACHE, tr("Left by builds"), heading=True)
    yield Line(
        f"{CACHE} all",
        CACHE,
        tr("Build cache"),
        tr("the next builds begin without it"),
        size=cache.own_bytes,
    )


def columns() -> tuple[Column[Line], ...]:
    """The check box, then what is known of a line; headings are painted over all of them."""
    return (
        Column("check", "", lambda _: Cell(), width=34),
        Column("name", tr("Version"), _name, least=_LEAST_NAME),
        Column("why", tr("Why"), _why, stretch=True, least=_LEAST_WHY),
        Column("size", tr("Size"), _size, "right"),
        Column("unique", tr("Unique"), _unique, "right", gives_way=1, tooltip=_unique_help()),
        Column("created", tr("Created"), _created, gives_way=0),
        Column("where", tr("Where"), _where, gives_way=2),
    )


def _name(line: Line) -> Cell:
    if line.heading:
        return Cell(tooltip="")
    if line.candidate is None:
        return Cell(line.title, bold=True)
    version = line.candidate.version
    names = [str(reference) for reference in version.references] or [version.key.image]
    if version.key.model and line.candidate.reason is not Reason.OLD:
        title = f"{version.key.model} {version.name}"
    else:
        title = version.name
    chips = [channel_chip(channel) for channel in version.channels if channel != version.name]
    chips += [ChipSpec(c.name, Tone.GOOD, dot=True) for c in version.containers[:1] if c.running]
    return Cell(
        presentation.printable(title),
        tuple(chips),
        bold=not line.locked,
        muted=bool(line.locked),
        mono=not version.references,
        tooltip="\n".join(map(presentation.printable, [*names, *filter(None, [line.locked])])),
    )


def _why(line: Line) -> Cell:
    if line.candidate is None:
        note = line.note if not line.heading else ""
        return Cell(note, muted=True, tooltip=note, prose=True)
    text = presentation.printable(line.locked or line.candidate.why)
    return Cell(text, muted=True, tooltip=text, prose=True)


def _size(line: Line) -> Cell:
    if line.size is None:
        return Cell()
    return Cell(
        presentation.size(line.size),
        muted=bool(line.locked),
        tooltip=tr("{size} on disk", size=presentation.exact_size(line.size)),
    )


def _unique(line: Line) -> Cell:
    sizes = line.candidate.version.sizes if line.candidate else None
    if sizes is None:
        return Cell()
    text = presentation.size(sizes.unique_bytes)
    return Cell(text, muted=True, tooltip=presentation.exact_size(sizes.unique_bytes))


def _created(line: Line) -> Cell:
    if line.candidate is None:
        return Cell()
    created = line.candidate.version.created
    if created.year <= 1980:
        return Cell(tr("unknown"), muted=True, tooltip=tr("The image does not say when"))
    age = presentation.age(created, datetime.now(UTC))
    return Cell(age, muted=True, tooltip=presentation.moment(created))


def _where(line: Line) -> Cell:
    if line.candidate is None or line.candidate.reason is Reason.UNTAGGED:
        return Cell()
    if line.candidate.only_here:
        tone = None if line.locked else Tone.WARNING
        return Cell(tr("only here"), tone=tone, muted=True, tooltip=tr("In no known registry"))
    digests = "\n".join(map(str, line.candidate.version.digests))
    return Cell(tr("Local + registry"), muted=True, tooltip=digests)


def _unique_help() -> str:
    return tr("In layers that no other image has: what comes back when this one goes alone")
