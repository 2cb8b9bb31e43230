"""How fresh what is known of registries is, in words (no Qt)."""

from collections.abc import Sequence
from datetime import datetime

from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.registry.states import RegistryState


def summary(states: Sequence[RegistryState], now: datetime) -> str:
    """All registries in one line: what is under way, else what is wrong, else how old it is."""
    asking = [one for one in states if one.asking]
    if asking:
        name = presentation.printable(asking[0].known.title)
        if len(asking) > 1:
            said = trn("Asking {count} registry", "Asking {count} registries", len(asking))
        else:
            said = tr("Asking {registry}", registry=name)
        done = sum(one.progress.done for one in asking if one.progress)
        total = sum(one.progress.total or 0 for one in asking if one.progress)
        if not total:
            return said
        return tr("{said}: {done} of {total}", said=said, done=presentation.count(done),
                  total=presentation.count(total))  # fmt: skip
    away = [one for one in states if one.trouble is not None]
    if away:
        if len(states) == 1:
            return tr("{registry} is away", registry=presentation.printable(states[0].known.title))
        return trn("{count} registry is away", "{count} registries are away", len(away))
    looks = [one.look for one in states if one.look is not None]
    registries = trn("{count} registry", "{count} registries", len(states))
    if len(looks) < len(states):
        return tr("{registries}, not all asked yet", registries=registries)
    oldest = min(look.finished for look in looks)
    return f"{registries} · {presentation.age(oldest, now)}"


def freshness(state: RegistryState, now: datetime) -> str:
    """Of one registry."""
    if state.asking:
        progress = state.progress
        if progress is None or not progress.total:
            return tr("asking…")
        return tr("{done} of {total}", done=presentation.count(progress.done),
                  total=presentation.count(progress.total))  # fmt: skip
    if state.look is None:
        return tr("not asked yet") if state.trouble is None else tr("away")
    when = presentation.age(state.look.finished, now)
    return tr("away · known {when}", when=when) if state.trouble is not None else when


def explained(state: RegistryState) -> str:
    """What there is to say of the last look, in sentences; empty when all is well."""
    if state.trouble is not None:
        return "\n".join(filter(None, (state.trouble.message, state.trouble.hint)))
    if state.looked is None:
        return ""
    said = []
    if not state.looked.whole:
        said.append(
            tr("It lists no repositories: only those that are named for it in the settings, and "
               "those that images here are tagged for, are looked into.")
        )  # fmt: skip
    if state.looked.unreadable:
        said.append(
            trn("{count} tag can’t be read.", "{count} tags can’t be read.",
                state.looked.unreadable)
        )  # fmt: skip
    said += (error.message for _, error in state.looked.failed[:5])
    return "\n".join(said)
