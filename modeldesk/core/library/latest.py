"""A warning for whoever runs what only a tag that moves names (pure)."""

from modeldesk.core.errors import InvalidReference
from modeldesk.core.ids import short
from modeldesk.core.library.model import Version
from modeldesk.core.references import Reference
from modeldesk.core.versioning.names import LATEST, is_mutable
from modeldesk.core.words import tr


def latest_warning(text: str, version: Version) -> str:
    """A sentence where `text`, by which a person named `version`, means ``latest``: which digest
    that is now, and a name that stays; empty where it means anything else."""
    try:
        meant = Reference.parse(text)
    except InvalidReference:
        return ""
    if meant.digest or (meant.tag or LATEST) != LATEST:
        return ""
    meant = meant.with_tag(LATEST)
    if meant not in version.references:
        return ""
    digest = next((one.digest for one in version.digests if one.name == meant.name), "")
    stays = next((one for one in version.references if not is_mutable(one.tag)), None)
    name = str(stays) if stays else str(version.key.image)
    return tr(
        "{name} moves, and may mean another model tomorrow. It is {digest} now; as {other} it "
        "stays what it is.",
        name=meant,
        digest=digest or version.key.image,
        other=name if stays else short(name),
    )


def only_latest_warning(version: Version) -> str:
    """The same for a version that nothing but ``latest`` names; empty for any other."""
    if any(one.tag and one.tag != LATEST for one in version.references):
        return ""
    named = next((one for one in version.references if one.tag == LATEST), None)
    return latest_warning(str(named), version) if named else ""
