"""Loaders of the generated server whose frameworks are too large for every run: what they do by
themselves is tried with stand-ins for those. None of this is asked of the frameworks here."""

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Protocol, cast

import pytest

from modeldesk import resources

Predict = Callable[[object], object]
POSITIONS = 8


class Loader(Protocol):
    def load(self, settings: dict[str, object]) -> Predict: ...


def loader(name: str, monkeypatch: pytest.MonkeyPatch, **stand_ins: ModuleType) -> Loader:
    """The loader's module; `stand_ins` by the names of what they stand in for."""
    for module, stand_in in stand_ins.items():
        monkeypatch.setitem(sys.modules, module.replace("__", "."), stand_in)
    server = from_file("server", resources.path("serving/server.py"))
    monkeypatch.setitem(sys.modules, "server", server)
    return cast("Loader", from_file("serve", resources.path(f"serving/loaders/{name}.py")))


def from_file(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def module(name: str, **content: object) -> ModuleType:
    made = ModuleType(name)
    for key, value in content.items():
        setattr(made, key, value)
    return made


class Tokenizer:
    """One word is one token, and it says no length."""

    model_max_length = 10**30

    def __call__(self, text: str) -> dict[str, list[int]]:
        return {"input_ids": [1] * len(text.split())}


class Pipeline:
    """Too many tokens break it as they do a BERT."""

    def __init__(self, positions: int | None) -> None:
        self.model = SimpleNamespace(config=SimpleNamespace(max_position_embeddings=positions))
        self.tokenizer = Tokenizer()
        self.asked: list[dict[str, int]] = []

    def __call__(self, given: str | list[str], **options: int) -> list[dict[str, object]]:
        self.asked.append(options)
        texts = [given] if isinstance(given, str) else given
        if "broken" in texts:
            raise IndexError("something else")
        if any(len(text.split()) > POSITIONS for text in texts):
            raise RuntimeError("The expanded size of the tensor must match")
        return [{"label": text} for text in texts]


def predict_with(
    pipeline: Pipeline, task: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[Predict, type[Exception]]:
    transformers = module("transformers", Pipeline=Pipeline, pipeline=lambda *_, **__: pipeline)
    pipelines = module("transformers.pipelines", PipelineException=type("E", (Exception,), {}))
    serve = loader(
        "transformers", monkeypatch, transformers=transformers, transformers__pipelines=pipelines
    )
    bad_input: type[Exception] = sys.modules["server"].BadInput
    return serve.load({"task": task, "weights": "."}), bad_input


def test_a_text_that_is_too_long_is_told_from_a_model_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    predict, bad_input = predict_with(Pipeline(POSITIONS), "text-classification", monkeypatch)
    assert predict("a b") == {"outputs": [{"label": "a b"}]}
    with pytest.raises(bad_input, match="A text has 9 tokens; the model takes at most 8"):
        predict(["a", "a " * 9])
    with pytest.raises(IndexError):
        predict("broken")


def test_a_model_that_says_no_length_is_just_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    predict, _ = predict_with(Pipeline(None), "text-classification", monkeypatch)
    with pytest.raises(RuntimeError):
        predict("a " * 9)


def test_a_text_is_continued_in_the_room_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Pipeline(POSITIONS)
    predict, bad_input = predict_with(pipeline, "text-generation", monkeypatch)
    assert predict(["a b", "c"]) == {"outputs": [[{"label": "a b"}], [{"label": "c"}]]}
    assert pipeline.asked == [{"max_new_tokens": 6}, {"max_new_tokens": 7}]
    with pytest.raises(bad_input, match="A text has 8 tokens, and with more"):
        predict("a " * 8)
    roomy = Pipeline(4096)
    predict, _ = predict_with(roomy, "text-generation", monkeypatch)
    predict("a")
    assert roomy.asked == [{}]


class Finite:
    """What says of a tensor whether it holds no infinity."""

    def __init__(self, numbers: object) -> None:
        self.all = lambda: "Infinity" not in json.dumps(numbers)


def test_numbers_beyond_those_of_torch_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    net = SimpleNamespace(eval=lambda: None)
    torch = module(
        "torch",
        jit=SimpleNamespace(load=lambda *_, **__: net),
        tensor=lambda numbers: numbers,
        isfinite=Finite,
        Tensor=list,
    )
    predict = loader("torchscript", monkeypatch, torch=torch).load({"weights": "model.pt"})
    with pytest.raises(sys.modules["server"].BadInput, match="too large for the model"):
        predict([[1e999]])
