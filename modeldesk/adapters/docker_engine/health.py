"""Running an image's own HEALTHCHECK at once, instead of waiting for the engine's first time."""

from docker.errors import APIError

from modeldesk.adapters.docker_engine.commands import exit_code
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import Object, mapping, number, text, texts
from modeldesk.adapters.docker_engine.streams import limited_client
from modeldesk.core.containers.model import HealthCheck
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.words import tr

_DEFAULT_SECONDS = 30.0
_SHELL = ("/bin/sh", "-c")
_LONGEST_OUTPUT = 4096


def check_health(
    connection: Connection, container: ContainerId, token: CancelToken, longest_s: float
) -> HealthCheck | None:
    """One run of the check, for as long as the image and `longest_s` let it take; None when
    there is none. Raises `NotFound`, `Cancelled`."""
    with connection.client() as client:
        config = mapping(mapping(client.inspect_container(container)).get("Config"))
    check = mapping(config.get("Healthcheck"))
    command = check_command(config)
    if not command:
        return None
    seconds = number(check.get("Timeout")) / 1e9 or _DEFAULT_SECONDS
    with limited_client(connection, min(seconds, longest_s), token) as client:
        try:
            made = mapping(client.exec_create(container, list(command)))
        except APIError as error:
            if error.status_code != 409:
                raise
            # It does not run, which is not what its check says.
            return HealthCheck(False)
        run = text(made.get("Id"))
        output: object = client.exec_start(run)
    said = output.decode("utf-8", "replace") if isinstance(output, bytes) else ""
    with connection.client() as client:
        code = exit_code(client, run)
    if code is None:
        # What was cut off may have said something before.
        late = tr("It took longer than {seconds} seconds.", seconds=f"{min(seconds, longest_s):g}")
        return HealthCheck(False, said[-_LONGEST_OUTPUT:].strip() or late)
    return HealthCheck(code == 0, check_output(said, code))


def check_output(printed: str, code: int) -> str:
    """What is kept of what a check printed; of one that failed without a word, how it ended."""
    said = printed[-_LONGEST_OUTPUT:].strip()
    return said or (tr("It ended with exit code {code}.", code=code) if code else "")


def check_command(config: Object) -> tuple[str, ...]:
    """What a container's HEALTHCHECK runs; empty for none."""
    test = texts(mapping(config.get("Healthcheck")).get("Test"))
    match test[:1]:
        case ("CMD",):
            return test[1:]
        case ("CMD-SHELL",):
            return (*(texts(config.get("Shell")) or _SHELL), *test[1:])
        case _:
            return ()
