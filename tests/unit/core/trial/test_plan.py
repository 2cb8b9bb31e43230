"""Which two recipes are made of a folder."""

import json
from pathlib import Path

import pytest

from modeldesk import resources
from modeldesk.core.errors import InvalidInput
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import TRIAL_LABEL
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.trial.model import Single, TrialRequest
from modeldesk.core.trial.plan import TrialPlan, marked, plan_trial
from modeldesk.core.trial.words import single_meaning
from tests.unit.core.serving.models import sklearn_folder
from tests.unit.core.trial.bench import BASE, app_folder


def planned(folder: Path, single: Single = Single.NAIVE, base: str = BASE) -> TrialPlan:
    request = TrialRequest(folder, single)
    return plan_trial(request, base, resources.path("serving"), CancelToken())


def test_naive_installs_tools_copies_all_first_and_cleans_nothing(tmp_path: Path) -> None:
    plan = planned(app_folder(tmp_path))
    assert plan.left.dockerfile.splitlines() == [
        f"FROM {BASE}",
        "RUN apt-get update && apt-get install -y build-essential cmake git curl python3-dev",
        "WORKDIR /app",
        "COPY . .",
        "RUN pip install -r requirements.txt",
        "EXPOSE 5000",
        'CMD ["python", "serve.py"]',
    ]
    assert "AS builder" in plan.right.dockerfile
    assert plan.right.stages is Stages.MULTI


def test_naive_on_alpine_speaks_apk(tmp_path: Path) -> None:
    text = planned(app_folder(tmp_path), base="python:3.11-alpine").left.dockerfile
    assert "RUN apk update && apk add build-base cmake git curl python3-dev" in text


def test_both_keep_no_download_from_build_to_build(tmp_path: Path) -> None:
    plan = planned(app_folder(tmp_path), Single.PROPOSED)
    for recipe in (plan.left, plan.right):
        assert "--mount=type=cache" not in recipe.dockerfile
        assert "--no-cache-dir" in recipe.dockerfile
    assert (plan.left.naive, plan.left.stages) == (False, Stages.SINGLE)


def test_without_packages_the_proposed_recipe_is_a_single_stage_and_that_is_said(
    tmp_path: Path,
) -> None:
    (app_folder(tmp_path) / "requirements.txt").unlink()
    plan = planned(tmp_path)
    assert plan.right.stages is Stages.SINGLE
    assert any("single stage, too" in note for note in plan.notes)
    with pytest.raises(InvalidInput, match="nothing to compare"):
        planned(tmp_path, Single.PROPOSED)


def test_a_folder_with_a_dockerfile_is_compared_by_our_recipes(tmp_path: Path) -> None:
    (app_folder(tmp_path) / "Dockerfile").write_text("FROM own-image\n")
    plan = planned(tmp_path)
    assert "own-image" not in plan.left.dockerfile + plan.right.dockerfile
    assert any("left aside" in note for note in plan.notes)


def test_weights_without_a_program_are_served_by_the_generated_one(tmp_path: Path) -> None:
    plan = planned(sklearn_folder(tmp_path / "iris"))
    assert plan.app.health_path == "/health"
    assert any(path.endswith("serve.py") for path in plan.texts)
    assert "requirements.txt" in plan.left.dockerfile


def test_a_name_that_would_speak_to_the_builder_is_just_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "--privileged; rm -rf"
    folder.mkdir()
    odd = "a\nRUN evil.py"
    app_folder(folder)
    (folder / odd).write_text("x")
    plan = planned(folder)
    assert "evil" not in plan.left.dockerfile
    assert "rm -rf" not in plan.left.dockerfile


def test_the_label_stands_in_the_first_stage_alone(tmp_path: Path) -> None:
    text = marked(planned(app_folder(tmp_path)).right.dockerfile, "c0ffee")
    assert text.splitlines()[1] == f'LABEL {TRIAL_LABEL}="c0ffee"'
    assert text.count(TRIAL_LABEL) == 1


def test_either_single_stage_says_what_it_means() -> None:
    assert len({single_meaning(single) for single in Single}) == len(Single)


def test_the_example_of_the_folder_is_posted_where_its_program_takes_it(tmp_path: Path) -> None:
    sample = planned(app_folder(tmp_path)).sample
    assert sample is not None
    assert (sample.path, json.loads(sample.body)) == ("/predict", {"pixels": [0, 1]})
