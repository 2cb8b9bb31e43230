"""What a folder holds, and why it is taken for that, in words (no Qt)."""

from collections.abc import Sequence

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.model_folder.model import ModelFolder, Requirements, WeightFile
from modeldesk.core.model_folder.sent import Sent
from modeldesk.core.text import parameters_text
from modeldesk.core.words import tr, trn
from modeldesk.ui.build.words import both, git_text
from modeldesk.ui.presentation import count, printable, size
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.key_value import KeyValue

_WEIGHTS_NAMED = 2
_ROWS = 6


def plan_facts(plan: BuildPlan, sent: Sent) -> tuple[KeyValue, ...]:
    """What was found in the folder, a line each; `sent` is what goes to the engine by now."""
    folder = plan.as_built
    kinds = dict.fromkeys(one.format for one in folder.weights)
    others = [kind for kind in kinds if kind.lower() != folder.framework.lower()]
    framework = ", ".join(filter(None, (folder.framework, *others)))
    return (
        KeyValue(tr("Framework"), framework or tr("not recognised"),
                 None if framework else Tone.NEUTRAL),
        _weights_row(folder),
        KeyValue(tr("Served by"), _app_text(plan), None if folder.app else Tone.WARNING),
        KeyValue(tr("Requirements"), requirements_text(folder.requirements),
                 None if folder.requirements and folder.requirements.pinned else Tone.WARNING),
        *_environment_rows(folder),
        KeyValue(tr("Context"), _context_text(plan, sent)),
        KeyValue(tr("Git"), git_text(plan) or tr("not in a git repository"),
                 None if plan.git and not plan.git.dirty else Tone.NEUTRAL,
                 tooltip=plan.git_problem),
    )  # fmt: skip


def evidence_rows(folder: ModelFolder) -> tuple[KeyValue, ...]:
    """What was recognised, where, and by what; the first few of them."""
    said = [(one.what, str(one.path), one.evidence) for one in folder.recognised]
    said += [(one.format, str(one.path), one.evidence) for one in folder.weights]
    rows = [
        KeyValue(printable(what), f"{printable(path)} · {printable(why)}",
                 tooltip=f"{printable(path)}\n{printable(why)}")
        for what, path, why in said
    ]  # fmt: skip
    more = len(rows) - _ROWS
    if more <= 1:
        return tuple(rows)
    rest = "\n".join(f"{row.label} · {row.value}" for row in rows[_ROWS : 5 * _ROWS])
    label = trn("{count} more", "{count} more", more)
    return (*rows[:_ROWS], KeyValue(label, "…", Tone.NEUTRAL, tooltip=rest))


def requirements_text(requirements: Requirements | None) -> str:
    """The packages the folder asks for, in a few words."""
    if requirements is None:
        return tr("no list of packages")
    path = printable(str(requirements.path))
    conda = len(requirements.conda)
    if not requirements.packages and not requirements.needs_folder and not conda:
        nothing = tr("no packages")
        return f"{path} · {nothing}"
    number = trn("{count} package", "{count} packages", len(requirements.packages))
    pinned = tr("pinned") if requirements.pinned else tr("not all pinned")
    parts = [number, tr("with hashes") if requirements.hashed else pinned]
    if requirements.unhashed:
        parts.append(trn("{count} of them without", "{count} of them without",
                         len(requirements.unhashed)))  # fmt: skip
    if conda:
        parts.append(trn("{count} for conda", "{count} for conda", conda))
    if requirements.locks:
        parts.append(printable(str(requirements.locks[0])))
    return f"{path} · {', '.join(parts)}"


def _weights_row(folder: ModelFolder) -> KeyValue:
    named = [_weight_text(one) for one in folder.weights]
    shown = ", ".join(named[:_WEIGHTS_NAMED])
    more = len(named) - _WEIGHTS_NAMED
    if more > 0:
        shown = trn("{names} and {count} more", "{names} and {count} more", more, names=shown)
    model = _model_text(folder)
    text = f"{model} · {shown}" if model else shown
    return KeyValue(tr("Weights"), text or tr("none found"), None if text else Tone.WARNING,
                    tooltip="\n".join(named[:40]))  # fmt: skip


def _weight_text(weight: WeightFile) -> str:
    return f"{printable(str(weight.path))} ({size(weight.size_bytes)})"


def _model_text(folder: ModelFolder) -> str:
    """``7.24 B parameters, BF16``, as far as it is known."""
    parts = []
    if folder.parameters is not None:
        parts.append(tr("{number} parameters", number=parameters_text(folder.parameters)))
    return ", ".join(filter(None, (*parts, printable(folder.precision))))


def _environment_rows(folder: ModelFolder) -> list[KeyValue]:
    """Python and GPU, where the folder says something of them."""
    rows = []
    if folder.python is not None:
        why = f"{printable(str(folder.python.path))} · {printable(folder.python.evidence)}"
        rows.append(KeyValue("Python", f"{printable(folder.python.version)} · {why}", tooltip=why))
    if folder.gpu is not None:
        why = f"{printable(str(folder.gpu.path))} · {printable(folder.gpu.evidence)}"
        word = tr("needed") if folder.gpu.needed else tr("not needed")
        rows.append(KeyValue("GPU", f"{word} · {why}", tooltip=why))
    return rows


def _context_text(plan: BuildPlan, sent: Sent) -> str:
    out = plan.folder.total_bytes - sent.size_bytes
    texts = ("Dockerfile", *([".dockerignore"] if plan.dockerignore else ()))
    # BuildKit asks for no more of it than the Dockerfile copies.
    context = trn("up to {size} in {number} file, with {texts}",
                  "up to {size} in {number} files, with {texts}", sent.files,
                  size=size(sent.size_bytes), number=count(sent.files),
                  texts=_named(texts))  # fmt: skip
    if out <= 0:
        return context
    return tr("{context}, {size} kept out", context=context, size=size(out))


def _app_text(plan: BuildPlan) -> str:
    app = plan.folder.app
    if app is None:
        return tr("no program found")
    port = tr("port {port}", port=app.port)
    return f"{printable(str(app.path))} · {both(app.server, port) if app.server else port}"


def _named(texts: Sequence[str]) -> str:
    return tr("{one} and {other}", one=texts[0], other=texts[1]) if len(texts) > 1 else texts[0]
