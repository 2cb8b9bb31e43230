"""A registry of one's own in sentences."""

from modeldesk.core.own_registry.collecting import Collected
from modeldesk.core.own_registry.model import OwnRegistry, OwnState
from modeldesk.core.own_registry.service import WhatGoes
from modeldesk.core.text import size_text
from modeldesk.core.words import tr


def state_text(own: OwnRegistry) -> str:
    """How it stands."""
    match own.state:
        case OwnState.RUNNING:
            return tr("Your own registry runs at {host}.", host=own.host)
        case OwnState.UNHEALTHY:
            return tr("Your own registry runs at {host}, and its health check fails.",
                      host=own.host)  # fmt: skip
        case OwnState.STOPPED:
            return tr("Your own registry, {host}, is stopped.", host=own.host)
        case OwnState.COLLECTING:
            return tr("The garbage of your own registry, {host}, is being collected.",
                      host=own.host)  # fmt: skip
        case OwnState.DATA_ONLY:
            return tr("Your own registry was removed; what was in it is kept in the volume "
                      "{volume}.", volume=own.volume)  # fmt: skip
        case OwnState.UNFINISHED:
            return tr("Your own registry is not whole: something was interrupted, or its password "
                      "was lost. A start puts it right.")  # fmt: skip


def collected_text(found: Collected) -> str:
    """What came of collecting garbage."""
    if found.freed_bytes is None or found.left_bytes is None:
        said = tr("The garbage is collected; the engine does not tell how much came free.")
    elif found.freed_bytes:
        said = tr("{size} came free; {left} are left.",
                  size=size_text(found.freed_bytes), left=size_text(found.left_bytes))  # fmt: skip
    else:
        said = tr("There was no garbage; {left} are in the registry.",
                  left=size_text(found.left_bytes))  # fmt: skip
    if found.untagged:
        return said
    stayed = tr("Images without a tag stayed, since an image for several platforms is made of such "
                "ones.")  # fmt: skip
    return f"{said} {stayed}"


def data_text(goes: WhatGoes, *, data: bool) -> str:
    """What becomes of what is in it."""
    size = tr("an unknown size") if goes.data_bytes is None else size_text(goes.data_bytes)
    if data:
        return tr("What is in it goes for good: the volume {volume} with {size}.",
                  volume=goes.own.volume, size=size)  # fmt: skip
    return tr("What is in it stays: the volume {volume} with {size}.",
              volume=goes.own.volume, size=size)  # fmt: skip
