"""What is sent for the rebuild with other weights."""

import io
import tarfile
from pathlib import Path

import pytest

from modeldesk import resources
from modeldesk.core.build.model import EngineBuild
from modeldesk.core.errors import NotFound
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.ports import BuildContext
from modeldesk.core.trial.building import Builder
from modeldesk.core.trial.model import TrialRequest
from modeldesk.core.trial.plan import TrialPlan, plan_trial
from tests.fakes.engine import FakeEngine
from tests.unit.core.trial.bench import BASE, app_folder


class Sent(FakeEngine):
    """Keeps what it is sent, whole and file by file."""

    def __init__(self) -> None:
        super().__init__()
        self.tars: list[dict[str, bytes]] = []
        self.files: list[dict[str, tuple[bytes, int, int]]] = []
        self.builds: list[EngineBuild] = []

    def build(
        self, build: EngineBuild, context: BuildContext, on_event: object, token: CancelToken
    ) -> ImageId:
        plan = context.plan
        assert plan is not None
        self.builds.append(build)
        self.files.append(
            {
                entry.path: (b"".join(context.content(entry)), entry.modified, entry.size_bytes)
                for entry in plan.entries
            }
        )
        with tarfile.open(fileobj=io.BytesIO(b"".join(context.tar()))) as archive:
            members = [(one.name, archive.extractfile(one)) for one in archive]
            self.tars.append({name: file.read() for name, file in members if file})
        return ImageId(f"sha256:{len(self.tars)}")


@pytest.fixture
def plan(tmp_path: Path) -> TrialPlan:
    folder = app_folder(tmp_path)
    request = TrialRequest(folder)
    return plan_trial(request, BASE, resources.path("serving"), CancelToken())


def test_only_the_weights_are_others_and_as_large_as_before(plan: TrialPlan) -> None:
    engine = Sent()
    builder = Builder(engine, plan, "c0ffee", Job())
    builder.build(plan.right, "Multi-stage")
    builder.rebuild(plan.right, "Multi-stage")
    for first, second in (engine.tars, [dict(one) for one in engine.files]):
        different = {name for name in first if first[name] != second[name]}
        assert different == {"model.safetensors"}
        assert first.keys() == second.keys()
    (before, when, size), (after, later, as_large) = (
        sent["model.safetensors"] for sent in engine.files
    )
    assert (len(after), as_large, later) == (len(before), size, when + 1)
    assert after[32:] == before[32:]
    assert [build.no_cache for build in engine.builds] == [True, False]


def test_no_two_trials_have_the_same_other_weights(plan: TrialPlan) -> None:
    engine = Sent()
    for trial in ("one", "two"):
        Builder(engine, plan, trial, Job()).rebuild(plan.right, "Multi-stage")
    first, second = (sent["model.safetensors"] for sent in engine.tars)
    assert first != second


def test_the_base_image_is_fetched_without_the_folder(plan: TrialPlan) -> None:
    sent = Sent()
    builder = Builder(sent, plan, "c0ffee", Job())
    with pytest.raises(NotFound):
        builder.fetch_base()  # what it made is not there to be looked at
    assert set(sent.tars[0]) == {"Dockerfile", ".dockerignore"}
