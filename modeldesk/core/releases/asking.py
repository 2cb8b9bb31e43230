"""Whether a version behind a gateway does its work."""

from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.containers.readiness import Asked, log_tail, wait_until_well
from modeldesk.core.errors import ContainerFailed
from modeldesk.core.gateway.model import GatewaySpec
from modeldesk.core.gateway.ports import GatewayAnswer, SmokeRequest
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import ServiceSettings, VersionContainer
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.tools import Tools
from modeldesk.core.words import tr

_LOOK = SmokeRequest()
_LOOK_S = 2.0
_FROM_GATEWAY = (502, 504)
"""What a gateway itself says where nobody answers behind it."""
_FIRST_BAD = 400
_SMOKE_S = 30.0


def wait_behind(
    tools: Tools, spec: GatewaySpec, version: VersionContainer, settings: ServiceSettings, job: Job
) -> None:
    """Until it is healthy, by its HEALTHCHECK or else by any answer through the gateway, which
    knows it already. Raises `ContainerFailed`, `Cancelled`."""

    def ask(_: ContainerSummary) -> Asked:
        answer = tools.gateway.ask(spec, version.backend, _LOOK, _LOOK_S, job.token)
        return Asked(is_of_backend(answer))

    called = version_text(version.target.reference)
    timeout = settings.health_timeout_s
    wait_until_well(tools.engine, version.container, ask, timeout, job, called)


def is_of_backend(answer: GatewayAnswer) -> bool:
    """Whether it was a backend that answered, however; else nobody, or the gateway in its place."""
    return answer.status is not None and answer.status not in _FROM_GATEWAY


def wait_beside(
    tools: Tools, version: VersionContainer, settings: ServiceSettings, job: Job
) -> None:
    """The same without a gateway: by its HEALTHCHECK, else that it keeps running."""
    wait_until_well(
        tools.engine,
        version.container,
        lambda _: Asked(None),
        settings.health_timeout_s,
        job,
        version_text(version.target.reference),
    )


def smoke(
    tools: Tools, spec: GatewaySpec, version: VersionContainer, request: SmokeRequest, job: Job
) -> None:
    """Raise `ContainerFailed` unless it answers the request with success."""
    answer = tools.gateway.ask(spec, version.backend, request, _SMOKE_S, job.token)
    if answer.status is not None and answer.status < _FIRST_BAD:
        return
    raise ContainerFailed(
        _smoke_failed(answer, version, request),
        tr("Try the request by hand, or change it in the settings."),
        "\n".join(
            part
            for part in (
                answer.body.decode("utf-8", "replace"),
                log_tail(tools.engine, version.container),
            )
            if part
        ),
    )


def _smoke_failed(answer: GatewayAnswer, version: VersionContainer, request: SmokeRequest) -> str:
    name, asked = version_text(version.target.reference), f"{request.method} {request.path}"
    if answer.status is None:
        return tr("{name} did not answer {request}.", name=name, request=asked)
    return tr(
        "{name} answered {request} with {status}.", name=name, request=asked, status=answer.status
    )
