"""Hugging Face's description files: what class loads the model, and what else it needs."""

from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.documents import (
    Document,
    read_json,
    table,
    text,
    texts,
)
from modeldesk.core.model_folder.manifests.model import Manifest, beside, known
from modeldesk.core.model_folder.model import Finding, GpuNeed, Recognised, Severity
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_ON_GPU = {"gptq", "awq", "bitsandbytes", "fp8", "fbgemm_fp8", "eetq", "aqlm", "marlin", "mxfp4"}


def read_model_index(folder: Path, path: PurePosixPath, _: frozenset[str]) -> Manifest | None:
    """Diffusers' model_index.json; None without a pipeline's class."""
    content = read_json(folder, path)
    kind = text(content, "_class_name")
    if not kind:
        return None
    version = text(content, "_diffusers_version")
    evidence = f"_class_name: {kind}" + (f" · _diffusers_version {version}" if version else "")
    return Manifest(
        Recognised("Diffusers", path, evidence), "Diffusers", metadata=known(architecture=kind)
    )


def read_modules(folder: Path, path: PurePosixPath, names: frozenset[str]) -> Manifest | None:
    """Sentence Transformers' modules.json; None without its other file beside it."""
    settings = beside(path, "config_sentence_transformers.json", names)
    if settings is None:
        return None
    version = text(read_json(folder, settings), "__version__", "sentence_transformers")
    evidence = settings.name + (f": sentence_transformers {version}" if version else "")
    return Manifest(Recognised("Sentence Transformers", path, evidence), "Sentence Transformers")


def read_adapter(folder: Path, path: PurePosixPath, names: frozenset[str]) -> Manifest | None:
    """PEFT's adapter_config.json; None without the kind of adapter or its base."""
    content = read_json(folder, path)
    kind, base = text(content, "peft_type"), text(content, "base_model_name_or_path")
    if not kind and not base:
        return None
    evidence = ", ".join(
        f"{key}: {value}"
        for key, value in (("peft_type", kind), ("r", text(content, "r")), ("base", base))
        if value
    )
    return Manifest(
        Recognised(f"PEFT · {kind}" if kind else "PEFT", path, evidence),
        "PEFT",
        metadata=known(base_model=base),
        findings=tuple(_needs_base(path, base, names)),
    )


def _needs_base(path: PurePosixPath, base: str, names: frozenset[str]) -> list[Finding]:
    shown = printable(str(path.parent if len(path.parts) > 1 else path))
    if not base:
        return [Finding(Severity.WARNING, tr("{path} is an adapter and does not say of which base "
                        "model. It can’t be loaded without it.", path=shown), path)]  # fmt: skip
    if beside(path, f"{base}/config.json", names) or f"{base.strip('/')}/config.json" in names:
        return []
    text = tr("{path} is an adapter: it needs its base model {base}, which is not in the folder. "
              "Put it there, or make sure that the container can download it.",
              path=shown, base=printable(base))  # fmt: skip
    return [Finding(Severity.WARNING, text, path)]


def read_config(folder: Path, path: PurePosixPath, names: frozenset[str]) -> Manifest | None:
    """A config.json that names a model's class: Transformers', or a part of Diffusers'; None for
    any other."""
    content = read_json(folder, path)
    if "_diffusers_version" in content and (part := text(content, "_class_name")):
        return Manifest(Recognised("Diffusers", path, f"_class_name: {part}"), "Diffusers")
    architecture = next(iter(texts(content, "architectures")), "")
    kind = text(content, "model_type")
    if not architecture and not kind:
        return None
    evidence = f"architectures: {architecture}" if architecture else f"model_type: {kind}"
    return Manifest(
        Recognised("Transformers", path, evidence),
        "Transformers",
        gpu=_quantised(content, path),
        metadata=known(
            architecture=architecture,
            model_type=kind,
            precision=text(content, "torch_dtype") or text(content, "dtype"),
        ),
        findings=tuple(_own_code(content, path, names)),
    )


def _quantised(content: Document, path: PurePosixPath) -> GpuNeed | None:
    method = text(content, "quantization_config", "quant_method")
    if method.lower() not in _ON_GPU:
        return None
    return GpuNeed(True, path, f"quant_method: {method}")


def _own_code(content: Document, path: PurePosixPath, names: frozenset[str]) -> list[Finding]:
    """Programs that the model's class is in, and that are not there."""
    wanted = {
        f"{module}.py"
        for value in table(content, "auto_map").values()
        if isinstance(value, str) and "--" not in value
        and (module := value.partition(".")[0]).isidentifier()
    }  # fmt: skip
    missing = sorted(name for name in wanted if beside(path, name, names) is None)
    return [
        Finding(Severity.ERROR, tr("{path} names {name}, which is not in the folder: the model’s "
                "class is in it.", path=printable(str(path)), name=name), path)
        for name in missing[:3]
    ]  # fmt: skip
