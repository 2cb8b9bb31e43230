"""Events as CloudEvents 1.0, as HTTP carries them, and signed."""

import json
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote

import pytest

from modeldesk.core.canary.model import VersionNumbers, WindowNumbers
from modeldesk.core.event_kinds import CHOICES, EventKind, wants
from modeldesk.core.event_receiver import ReceiverKind, receiver
from modeldesk.core.ids import DeploymentName, EngineId, ImageId, ModelName
from modeldesk.core.release_events.cloud_events import cloud_event, message, structured
from modeldesk.core.release_events.model import CanaryFacts, FindingFacts, ReleaseEvent
from modeldesk.core.release_events.signing import make_secret, signature
from modeldesk.core.releases.model import VersionTarget

NOW = datetime(2026, 4, 5, 14, 0, 0, 120_000, tzinfo=timezone(timedelta(hours=2)))
TARGET = VersionTarget(ImageId("sha256:ab"), "team/rec:v1.4.0", "sha256:cd")
EVENT = ReleaseEvent(
    "0123456789abcdef",
    EventKind.CANARY_ABORTED,
    NOW,
    EngineId("E:1 2"),
    DeploymentName("shop"),
    "production",
    ModelName("票据"),
    7,
    TARGET,
    None,
    "ann",
    "p95 over its limit",
    seconds=12.5,
    canary=CanaryFacts(
        2,
        (1_000, 2_500, 10_000),
        2_500,
        WindowNumbers(
            NOW.timestamp() - 300,
            NOW.timestamp(),
            VersionNumbers(900, 0, p95_ms=80.0),
            VersionNumbers(300, 6, p50_ms=30.0, p95_ms=160.0, p99_ms=400.0),
        ),
    ),
)
HOOK = receiver("https://hooks.lan/a?b=1")


def headers(binary: bool = False, secret: str = "") -> dict[str, str]:
    posted = message(cloud_event(EVENT), receiver("http://r.lan/", binary=binary), secret, NOW)
    return dict(posted.headers)


def test_the_structured_form_has_every_attribute() -> None:
    posted = message(cloud_event(EVENT), HOOK, "", NOW)
    assert posted.address == "https://hooks.lan/a?b=1"
    assert dict(posted.headers)["Content-Type"] == "application/cloudevents+json"
    found = json.loads(posted.body)
    data = found.pop("data")
    assert found == {
        "specversion": "1.0",
        "id": "0123456789abcdef",
        "source": "urn:modeldesk:engine:E%3A1%202",
        "type": "io.modeldesk.canary.aborted",
        "time": "2026-04-05T12:00:00.120Z",
        "subject": "shop",
        "datacontenttype": "application/json",
    }
    assert data["version"] == {
        "reference": "team/rec:v1.4.0",
        "digest": "sha256:cd",
        "image": "sha256:ab",
    }
    assert (data["deployment"], data["environment"], data["model"]) == (
        "shop",
        "production",
        "票据",
    )
    assert (data["who"], data["why"], data["seconds"]) == ("ann", "p95 over its limit", 12.5)
    assert data["canary"]["share_percent"] == 25
    assert data["canary"]["numbers"]["canary"]["error_rate"] == 0.02
    assert data["canary"]["numbers"]["stable"]["p99_ms"] is None
    assert "previous" not in data
    assert "finding" not in data


def test_a_finding_is_told_in_its_words() -> None:
    facts = FindingFacts("unhealthy", "It is unwell.", "restart")
    event = ReleaseEvent(
        "1", EventKind.REMEDY_TAKEN, NOW, EngineId("E"), DeploymentName("shop"), finding=facts
    )
    data = json.loads(cloud_event(event).data)
    assert data["finding"] == {
        "problem": "unhealthy",
        "text": "It is unwell.",
        "remedy": "restart",
    }


def test_the_binary_form_has_them_in_headers() -> None:
    event = ReleaseEvent(
        "1", EventKind.FINDING_GONE, NOW, EngineId("E"), DeploymentName('50% "店"')
    )
    posted = message(cloud_event(event), receiver("http://r.lan/", binary=True), "", NOW)
    found = dict(posted.headers)
    assert found["Content-Type"] == "application/json"
    assert found["ce-specversion"] == "1.0"
    assert found["ce-type"] == "io.modeldesk.finding.gone"
    assert found["ce-source"] == "urn:modeldesk:engine:E"
    assert found["ce-subject"].isascii()
    assert not set(' "') & set(found["ce-subject"])
    assert unquote(found["ce-subject"]) == '50% "店"'
    assert json.loads(posted.body)["deployment"] == '50% "店"'


def test_it_is_signed_as_standard_webhooks_are() -> None:
    # The example that the libraries of Standard Webhooks are tested with.
    assert (
        signature(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            b'{"test": 2432232314}',
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        )
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@pytest.mark.parametrize("binary", [False, True])
def test_the_body_that_is_sent_is_the_one_that_is_signed(binary: bool) -> None:
    secret = make_secret()
    posted = message(cloud_event(EVENT), receiver("http://r.lan/", binary=binary), secret, NOW)
    found = dict(posted.headers)
    assert found["webhook-id"] == EVENT.id
    assert found["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert found["webhook-signature"] == signature(
        EVENT.id, found["webhook-timestamp"], posted.body, secret
    )
    assert secret not in str(posted)


def test_a_secret_of_any_form_signs() -> None:
    assert signature("a", "1", b"", "plain words") != signature("a", "1", b"", "plain word")
    assert signature("a", "1", b"", "whsec_not base64").startswith("v1,")
    assert "webhook-signature" not in headers()
    assert headers(secret="x")["webhook-signature"]


def test_a_sidecar_is_published_to() -> None:
    dapr = receiver(
        "http://127.0.0.1:3500/", kind=ReceiverKind.DAPR, pubsub="orders", topic="releases/x y"
    )
    posted = message(cloud_event(EVENT), dapr, "token", NOW)
    assert posted.address == "http://127.0.0.1:3500/v1.0/publish/orders/releases%2Fx%20y"
    found = dict(posted.headers)
    assert found["Content-Type"] == "application/cloudevents+json"
    assert found["dapr-api-token"] == "token"
    assert "webhook-signature" not in found
    assert posted.body == structured(cloud_event(EVENT))


def test_what_is_chosen_is_wanted() -> None:
    assert wants((), EventKind.CANARY_STEP)
    assert wants(("canary",), EventKind.CANARY_STEP)
    assert wants(("release.failed",), EventKind.RELEASE_FAILED)
    assert not wants(("release.failed",), EventKind.RELEASE_STARTED)
    assert not wants(("rollback",), EventKind.RELEASE_FAILED)
    assert wants(("rollback",), EventKind.TEST)
    assert len(set(CHOICES)) == len(CHOICES)


def test_times_are_told_in_utc() -> None:
    assert json.loads(structured(cloud_event(EVENT)))["time"].endswith("Z")
    assert NOW.astimezone(UTC).hour == 12
