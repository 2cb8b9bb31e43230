"""What is said of a version's names while they are filled in (no Qt)."""

import re
from dataclasses import dataclass

from modeldesk.core.errors import InvalidInput, InvalidReference, InvalidVersion
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.references import Reference, check_tag
from modeldesk.core.versioning.names import Scheme, check_version, is_mutable, tag_of
from modeldesk.core.versioning.proposals import ProposedVersion
from modeldesk.core.words import tr

_BETWEEN = re.compile(r"[,;\s]+")


@dataclass(frozen=True, slots=True)
class Taken:
    """The tags that name another version already."""

    here: frozenset[str]
    """Of the model or its repository, on the engine."""
    elsewhere: frozenset[str] = frozenset()
    """That a registry was found to have."""

    @property
    def all(self) -> frozenset[str]:
        return self.here | self.elsewhere


def split_tags(text: str) -> tuple[str, ...]:
    """Several tags, as typed with commas or blanks between them, each once."""
    return tuple(dict.fromkeys(filter(None, _BETWEEN.split(text))))


def check_tag_field(text: str, taken: Taken) -> None:
    """Raise `InvalidVersion` unless `text` can name the version."""
    tag = tag_of(text)
    check_version(tag)
    if tag in taken.here:
        raise InvalidVersion(
            tr("{tag} exists already.", tag=tag),
            tr("A version is never given to another image; choose the next one."),
        )
    if tag in taken.elsewhere:
        raise InvalidVersion(
            tr("{tag} exists already in the registry.", tag=tag),
            tr("A version is never given to another image; choose the next one."),
        )


def check_also_field(text: str, taken: Taken) -> None:
    """Raise `InvalidInput` unless every tag in `text` can be set too."""
    for typed in split_tags(text):
        tag = tag_of(typed)
        check_tag(tag)
        if tag in taken.all and not is_mutable(tag):
            raise InvalidVersion(
                tr("{tag} names another version already.", tag=tag),
                tr("Choose another tag, or leave it out."),
            )


def tag_note(text: str, proposed: ProposedVersion, *, looking: bool) -> str:
    """What is said below a tag that can be used; empty for nothing."""
    tag = tag_of(text)
    if tag != text and _is_usable(tag):
        return tr(
            "Tagged {tag}: a tag can’t hold “+”. The image’s label keeps it in full.", tag=tag
        )
    if text != proposed.tag:
        return ""
    if proposed.because:
        return tr("{tag}, {because}", tag=proposed.tag, because=proposed.because)
    return tr("Looking at what changed…") if looking else ""


def channel_note(channel: str, repository: str, snapshot: LibrarySnapshot) -> str:
    """From where the channel moves; empty where it names nothing yet."""
    try:
        reference = Reference.parse(repository).with_tag(channel) if channel else None
    except InvalidReference:
        return ""
    for model in (*snapshot.models, *snapshot.others):
        for version in model.versions:
            if reference is not None and reference in version.references:
                return tr("Moves here from {version}.", version=version.name)
    return ""


def scheme_line(scheme: Scheme) -> str:
    """What the scheme is for, in a line."""
    return {
        Scheme.SEMANTIC: tr("For what others build on"),
        Scheme.COMMIT: tr("For development and tests"),
        Scheme.TIMESTAMP: tr("For scheduled training"),
    }[scheme]


def scheme_tip(scheme: Scheme) -> str:
    """The same with its rule."""
    return {
        Scheme.SEMANTIC: tr(
            "v1.4.0, which tells how much changed. Another framework or interface (ports, entry "
            "point, health path, signature) is a major step; other weights, dependencies, base "
            "image or data a minor one; code and the rest a patch. It is a proposal: write what "
            "you will."
        ),
        Scheme.COMMIT: tr(
            "a1b2c3d4, which tells the exact source: eight digits of the git commit, with -dirty "
            "when files differ from it."
        ),
        Scheme.TIMESTAMP: tr(
            "v20250405, which tells when it was made: the date; with the time of day when there "
            "is a version of the date, and with a suffix of yours, as in v20250405-prod."
        ),
    }[scheme]


def _is_usable(tag: str) -> bool:
    try:
        check_version(tag)
    except InvalidInput:
        return False
    return True
