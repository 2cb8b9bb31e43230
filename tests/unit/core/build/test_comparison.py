"""Two builds side by side."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from modeldesk.core.build.cache_use import cache_use, earlier_seconds
from modeldesk.core.build.comparison import compare
from modeldesk.core.build.model import (
    Asked,
    Builder,
    BuildRecord,
    BuildState,
    BuildStep,
    CacheUse,
    StepState,
)
from modeldesk.core.build.secret import SecretKind, SecretSource
from modeldesk.core.ids import BuildId, ModelName
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.lock import Lock


def step(name: str, seconds: float = 1.0, *, cached: bool = False) -> BuildStep:
    return BuildStep(name, name, StepState.DONE, cached, seconds)


def record(*steps: BuildStep, **asked: Any) -> BuildRecord:
    return BuildRecord(
        id=BuildId("one"),
        model=ModelName("churn"),
        folder="/churn",
        references=(),
        started=datetime(2026, 4, 5, tzinfo=UTC),
        state=BuildState.SUCCEEDED,
        steps=steps,
        asked=Asked(**asked),
    )


def test_steps_stand_beside_each_other() -> None:
    left = record(
        step("[internal] load .dockerignore"),
        step("[1/4] FROM python:3.11"),
        step("[2/4] RUN pip install -r requirements.txt", 60),
        step("[3/4] COPY model.pkl /app/"),
        step("[4/4] COPY serve.py /app/"),
    )
    right = record(
        step("[1/5] FROM python:3.12"),
        step("[2/5] RUN  pip install -r requirements.txt", cached=True),
        step("[3/5] RUN make"),
        step("[4/5] COPY weights.pkl /app/"),
        step("[5/5] COPY serve.py /app/"),
    )
    pairs = [
        (pair.left and pair.left.name, pair.right and pair.right.name)
        for pair in compare(left, right).steps
    ]
    assert pairs == [
        ("[1/4] FROM python:3.11", "[1/5] FROM python:3.12"),
        ("[2/4] RUN pip install -r requirements.txt",
         "[2/5] RUN  pip install -r requirements.txt"),
        (None, "[3/5] RUN make"),
        ("[3/4] COPY model.pkl /app/", "[4/5] COPY weights.pkl /app/"),
        ("[4/4] COPY serve.py /app/", "[5/5] COPY serve.py /app/"),
    ]  # fmt: skip


def test_steps_are_put_in_the_order_of_the_dockerfile() -> None:
    left = record(
        step("[build 2/2] RUN make"),
        step("[stage-1 1/2] FROM y"),
        step("[build 1/2] FROM x"),
        step("[stage-1 2/2] COPY a b"),
    )
    right = record(
        step("[build 1/2] FROM x"),
        step("[build 2/2] RUN make"),
        step("[stage-1 2/2] COPY a b"),
        step("[stage-1 1/2] FROM y"),
    )
    pairs = compare(left, right).steps
    assert [pair.left and pair.left.name for pair in pairs] == [
        "[build 1/2] FROM x",
        "[build 2/2] RUN make",
        "[stage-1 1/2] FROM y",
        "[stage-1 2/2] COPY a b",
    ]
    assert all(pair.left and pair.right for pair in pairs)


def test_what_was_asked_otherwise() -> None:
    left = record(
        dockerfile="FROM a\nRUN x\n",
        build_args={"A": "1", "B": "2"},
        secrets={"hub": SecretSource(SecretKind.FILE, "/hub")},
        base="python:3.11",
        base_digest="sha256:" + "a" * 64,
        revision="9f31c0a4" * 5,
    )
    right = record(
        dockerfile="FROM a\nRUN y\n",
        build_args={"B": "3", "C": "4"},
        secrets={"hub": SecretSource()},
        base="python:3.11",
        base_digest="sha256:" + "b" * 64,
        no_cache=True,
        builder=Builder.BUILDX,
        given_dockerfile=True,
        choice=RecipeChoice(
            "python:3.11",
            reproducible=True,
            lock=Lock(PurePosixPath("requirements.lock"), "", (), "Python 3.11, linux/amd64"),
        ),
    )
    found = compare(left, right)
    assert [(one.what, one.left, one.right) for one in found.differences] == [
        ("Base image digest", "a" * 12, "b" * 12),
        ("Commit", "9f31c0a49f31", ""),
        ("Whose Dockerfile", "the folder's own", "proposed or edited"),
        ("Builder", "the engine's own", "buildx"),
        ("Cache", "used", "not used"),
        ("Reproducible", "no", "yes"),
        ("Lock", "", "requirements.lock for Python 3.11, linux/amd64"),
        ("Argument A", "1", ""),
        ("Argument B", "2", "3"),
        ("Argument C", "", "4"),
        ("Secret hub", "file /hub", "typed in"),
    ]
    assert found.dockerfile == ("@@ -1,2 +1,2 @@", " FROM a", "-RUN x", "+RUN y")


def test_lines_that_look_like_a_head_are_kept() -> None:
    found = compare(record(dockerfile="-- a\n"), record(dockerfile="++ b\n"))
    assert found.dockerfile[1:] == ("--- a", "+++ b")


def test_the_same_twice() -> None:
    one = record(step("[1/1] FROM x"), dockerfile="FROM x")
    found = compare(one, replace(one))
    assert (found.differences, found.dockerfile) == ((), ())


def test_cache_use_counts_what_a_person_waits_for() -> None:
    earlier = earlier_seconds((step("[2/4] RUN a", 60), step("[3/4] RUN b", 3, cached=True)))
    steps = (
        step("[internal] load build context", cached=True),
        step("[1/4] FROM x", cached=True),
        step("[2/4] RUN a", 0, cached=True),
        step("[3/4] RUN b", 2),
        BuildStep("w", "[4/4] RUN c", StepState.WAITING),
    )
    assert cache_use(steps, earlier) == CacheUse(1, 2, 60.0)
