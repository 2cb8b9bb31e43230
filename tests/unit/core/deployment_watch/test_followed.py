"""Which channel a deployment follows, and what comes by a canary."""

from modeldesk.core.canary.model import Phase, RolloutChange
from modeldesk.core.deployment_watch.followed import FollowedByEnvironment
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.registry.ports import Registries
from tests.fakes.rollout_records import FakeRolloutRecords
from tests.unit.core.canary.rollouts import NOW, rollout
from tests.unit.core.deployment_watch.facts import DEPLOYMENT


def _no_registries() -> Registries:
    raise ModelDeskError("None is asked.")


def test_a_canary_brings_its_version_until_it_has_ended() -> None:
    records = FakeRolloutRecords()
    followed = FollowedByEnvironment(
        lambda: {"production": "stable"}, _no_registries, records.open_rollout
    )
    assert followed.channel(DEPLOYMENT) == "stable"
    assert followed.coming(DEPLOYMENT) is None
    begun = rollout(Phase.SCHEDULED, deployment=DEPLOYMENT.key)
    number = records.add_rollout(begun, RolloutChange(NOW, Phase.SCHEDULED, -1, 0, "mei"))
    assert followed.coming(DEPLOYMENT) == begun.target
    records.save_rollout(rollout(Phase.ABORTED, id=number, deployment=DEPLOYMENT.key, finished=NOW))
    assert followed.coming(DEPLOYMENT) is None
