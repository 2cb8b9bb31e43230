"""``modeldesk run REF``: start a version and wait until it is healthy."""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands.rollback import release_answer
from modeldesk.cli.session import Session
from modeldesk.cli.values import seconds, service
from modeldesk.cli.variables import given_variables
from modeldesk.core.containers.arguments import parse_mount, parse_port
from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.containers.service import RunRequest, run
from modeldesk.core.ids import DeploymentName, ModelName
from modeldesk.core.labels import MODEL_NAME_LABEL
from modeldesk.core.library.find import find_version
from modeldesk.core.library.latest import latest_warning
from modeldesk.core.library.model import Version
from modeldesk.core.releases.model import ServiceSettings
from modeldesk.core.releases.targets import target_of

_HEALTH_TIMEOUT_S = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments; those it shares with ``docker run`` are written the same."""
    parser.add_argument(
        "reference", metavar="REF", help="repository:tag, model:version, digest or image id"
    )
    parser.add_argument(
        "-p",
        "--publish",
        action="append",
        default=[],
        metavar="[ADDRESS:][HOST:]CONTAINER",
        help="publish a port, on 127.0.0.1 unless an address is given",
    )
    parser.add_argument(
        "-e",
        "--env",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="set a variable; without a value it is taken from this environment",
    )
    parser.add_argument(
        "-v", "--volume", action="append", default=[], metavar="SOURCE:TARGET[:ro]", help="mount"
    )
    parser.add_argument("--name", default="", help="the container's name")
    parser.add_argument(
        "--service",
        type=service,
        metavar="NAME",
        help="run it as the deployment NAME, with a history and a way back; without -p, -e and -v "
        "it keeps the settings it has",
    )
    parser.add_argument("--why", default="", help="kept in the deployment's history")
    parser.add_argument(
        "--timeout", type=seconds, metavar="SECONDS", help="for becoming healthy (60)"
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Start a container, or put the version in service under a deployment's name."""
    ports = tuple(parse_port(text) for text in arguments.publish)
    mounts = tuple(parse_mount(text, Path.cwd()) for text in arguments.volume)
    environment = given_variables(arguments.env)
    version = find_version(session.snapshot(), arguments.reference)
    warning = latest_warning(arguments.reference, version)
    if warning:
        session.job.log(warning)
    if arguments.service:
        secret = {name: value for name, value in environment.items() if looks_secret(name, value)}
        settings = _settings_in_use(session, arguments.service)
        if ports or environment or mounts:
            settings = replace(
                settings,
                ports=ports,
                environment={n: v for n, v in environment.items() if n not in secret},
                secret_names=tuple(secret),
                mounts=mounts,
                health_timeout_s=_HEALTH_TIMEOUT_S,
            )
        if arguments.timeout:
            settings = replace(settings, health_timeout_s=arguments.timeout)
        return _deploy(arguments, session, version, settings, secret)
    outcome = run(
        session.engine(),
        session.parts.probe,
        RunRequest(
            version.key.image,
            arguments.reference,
            arguments.name,
            ports,
            environment,
            mounts,
            {MODEL_NAME_LABEL: version.key.model} if version.key.model else {},
            arguments.timeout or _HEALTH_TIMEOUT_S,
        ),
        session.job,
    )
    where = f" at {outcome.url}" if outcome.url else ""
    return Answer(
        {
            "container_id": outcome.container,
            "name": outcome.name,
            "image_id": version.key.image,
            "url": outcome.url,
            "seconds": round(outcome.seconds, 3),
            "proof": outcome.proof,
        },
        (f"{outcome.name} runs {arguments.reference}{where} ({outcome.seconds:.1f} s)",),
    )


def _deploy(
    arguments: argparse.Namespace,
    session: Session,
    version: Version,
    settings: ServiceSettings,
    secrets: Mapping[str, str],
) -> Answer:
    outcome = session.releases().deploy(
        session.engine(),
        DeploymentName(arguments.service),
        ModelName(version.key.model),
        target_of(version),
        settings,
        arguments.why,
        session.job,
        secrets,
    )
    return release_answer(outcome, session.engine().info.host)


def _settings_in_use(session: Session, name: str) -> ServiceSettings:
    """What the deployment runs with, if there is one of that name; else the defaults."""
    found = (d for d in session.releases().deployments(session.here()) if d.name == name)
    return next((deployment.settings for deployment in found), ServiceSettings())
