"""Events in the form of CloudEvents 1.0, and as HTTP carries them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from modeldesk.core.canary.model import VersionNumbers, WindowNumbers
from modeldesk.core.event_kinds import TYPE_PREFIX
from modeldesk.core.event_receiver import EventReceiver, ReceiverKind
from modeldesk.core.release_events.model import CanaryFacts, CloudEvent, ReleaseEvent
from modeldesk.core.release_events.signing import signature
from modeldesk.core.releases.model import VersionTarget

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

_SPEC = "1.0"
_STRUCTURED = "application/cloudevents+json"
_DATA = "application/json"
# Printable ASCII but for the space, the quotation mark and the percent sign.
_AS_IT_IS = "".join(chr(n) for n in range(0x21, 0x7F) if chr(n) not in '"%')


@dataclass(frozen=True, slots=True)
class Message:
    """A request to be posted."""

    address: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def cloud_event(event: ReleaseEvent) -> CloudEvent:
    """The event, ready to be kept and sent. Data that is not known is left out."""
    data: dict[str, Json] = {
        "deployment": event.deployment,
        "engine": event.engine,
        "environment": event.environment,
        "model": event.model,
        "release": event.release,
        "version": _version(event.version),
        "previous": _version(event.previous),
        "who": event.who,
        "why": event.why,
        "error": event.error,
        "seconds": event.seconds,
        "automatic": event.automatic,
        "canary": _canary(event.canary),
    }
    if event.finding is not None:
        data["finding"] = {
            "problem": event.finding.problem,
            "text": event.finding.text,
            "remedy": event.finding.remedy,
        }
    known = {key: value for key, value in data.items() if value not in (None, "")}
    return CloudEvent(
        event.id,
        f"urn:modeldesk:engine:{quote(event.engine, safe='')}",
        TYPE_PREFIX + event.kind.value,
        event.time,
        event.deployment,
        _json(known),
    )


def message(event: CloudEvent, receiver: EventReceiver, secret: str, now: datetime) -> Message:
    """What is posted to `receiver`; `secret` is empty where it has none."""
    headers = [("User-Agent", "ModelDesk")]
    if receiver.binary:
        body = event.data.encode()
        headers += [("Content-Type", _DATA), *_attributes(event)]
    else:
        body = structured(event)
        headers.append(("Content-Type", _STRUCTURED))
    if receiver.kind is ReceiverKind.DAPR:
        headers += [("dapr-api-token", secret)] if secret else []
    else:
        stamp = str(int(now.timestamp()))
        headers += [("webhook-id", event.id), ("webhook-timestamp", stamp)]
        if secret:
            headers.append(("webhook-signature", signature(event.id, stamp, body, secret)))
    return Message(receiver.target, tuple(headers), body)


def structured(event: CloudEvent) -> bytes:
    """All of it as one JSON document."""
    return _json(
        {
            "specversion": _SPEC,
            "id": event.id,
            "source": event.source,
            "type": event.type,
            "time": _time(event.time),
            "subject": event.subject,
            "datacontenttype": _DATA,
            "data": json.loads(event.data),
        }
    ).encode()


def _attributes(event: CloudEvent) -> list[tuple[str, str]]:
    """The headers of the binary form, with what no header can hold percent-encoded."""
    pairs = {
        "specversion": _SPEC,
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": _time(event.time),
        "subject": event.subject,
    }
    return [(f"ce-{name}", quote(value, safe=_AS_IT_IS)) for name, value in pairs.items()]


def _version(version: VersionTarget | None) -> Json:
    if version is None:
        return None
    return {"reference": version.reference, "digest": version.digest, "image": version.image}


def _canary(canary: CanaryFacts | None) -> Json:
    if canary is None:
        return None
    told: dict[str, Json] = {
        "step": canary.step,
        "steps_percent": [one / 100 for one in canary.steps],
        "share_percent": canary.share / 100,
    }
    if canary.window is not None:
        told["numbers"] = _window(canary.window)
    return told


def _window(window: WindowNumbers) -> Json:
    return {
        "begin": _time(datetime.fromtimestamp(window.begin, UTC)),
        "end": _time(datetime.fromtimestamp(window.end, UTC)),
        "stable": _numbers(window.stable),
        "canary": _numbers(window.canary),
    }


def _numbers(one: VersionNumbers) -> Json:
    return {
        "requests": one.requests,
        "errors": one.errors,
        "error_rate": one.error_rate,
        "p50_ms": one.p50_ms,
        "p95_ms": one.p95_ms,
        "p99_ms": one.p99_ms,
        "labelled": one.labelled,
        "accuracy": one.accuracy,
    }


def _time(time: datetime) -> str:
    """As RFC 3339 has it."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(content: Json) -> str:
    # Names from outside may hold halves of characters, which only escapes can carry.
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"))
