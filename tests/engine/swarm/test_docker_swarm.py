"""Docker keeps what every swarm promises."""

import pytest

from tests.contracts.swarm_contract import SwarmContract
from tests.engine.swarm.bench import CAN_RUN, NEEDS

pytestmark = pytest.mark.skipif(not CAN_RUN, reason=NEEDS)


class TestDockerSwarm(SwarmContract):
    """Each on the one swarm of this module."""
