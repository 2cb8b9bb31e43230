"""Where the gateway's image comes from, and what is said when it does not come."""

import pytest

from modeldesk.core.errors import Cancelled, GatewayError
from modeldesk.core.gateway.image import gateway_image
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.references import Reference
from modeldesk.core.settings import DEFAULT_GATEWAY_IMAGE
from tests.fakes.engine import FakeEngine


def test_the_default_is_pinned() -> None:
    assert Reference.parse(DEFAULT_GATEWAY_IMAGE).digest


def test_one_that_the_engine_has_is_not_asked_for() -> None:
    engine = FakeEngine()
    pinned = Reference.parse(DEFAULT_GATEWAY_IMAGE)
    image = engine.add_image("nginx:1.27.5", digests=[f"nginx@{pinned.digest}"])
    assert gateway_image(engine, DEFAULT_GATEWAY_IMAGE, Job()) == image
    assert gateway_image(engine, "nginx:1.27.5", Job()) == image
    assert "pull" not in engine.calls


@pytest.mark.parametrize("named", ["nginx:none", "not a name", ""])
def test_one_that_does_not_come_says_what_to_set(named: str) -> None:
    with pytest.raises(GatewayError) as caught:
        gateway_image(FakeEngine(), named, Job())
    assert "gateway_image" in caught.value.hint
    assert "modeldesk doctor" in caught.value.hint


def test_a_cancel_stays_a_cancel() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        gateway_image(FakeEngine(), "nginx:1", Job(token))
