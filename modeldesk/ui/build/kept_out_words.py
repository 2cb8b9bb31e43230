"""What a .dockerignore keeps out, in words (no Qt)."""

from collections.abc import Sequence

from modeldesk.core.lint.model import Effect
from modeldesk.core.model_folder.model import KeptOut
from modeldesk.core.words import tr, trn
from modeldesk.ui.presentation import count, printable, size

_NAMED = 4


def kept_text(kept: Sequence[KeptOut], has_rules: bool) -> str:
    """What is kept out, the largest first."""
    if not has_rules:
        return tr("There is none: every file of the folder may be sent to the engine.")
    if not kept:
        return tr("Keeps nothing out that is in the folder now.")
    named = [
        tr("{pattern} ({size})", pattern=printable(one.pattern), size=size(one.size_bytes))
        for one in kept[:_NAMED]
    ]
    more = len(kept) - _NAMED
    if more > 0:
        named.append(trn("{count} more pattern", "{count} more patterns", more))
    files = sum(one.files for one in kept)
    return trn(
        "Keeps {number} file out: {names}",
        "Keeps {number} files out: {names}",
        files,
        number=count(files),
        names=", ".join(named),
    )


def effect_text(effect: Effect, has_rules: bool) -> str:
    """What is kept out, and what is sent at most."""
    kept = [KeptOut(one.pattern, one.files, one.size_bytes) for one in effect.kept_out]
    sent = trn(
        "Sends at most {number} file ({size}).",
        "Sends at most {number} files ({size}).",
        effect.sent_files,
        number=count(effect.sent_files),
        size=size(effect.sent_bytes),
    )
    return f"{kept_text(kept, has_rules)} · {sent}"
