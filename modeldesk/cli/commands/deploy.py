"""``modeldesk deploy MODEL[:V]``: put a version in service, in an environment."""

import argparse
from dataclasses import replace

from modeldesk.cli.answer import Answer
from modeldesk.cli.canary_answers import rollout_answer
from modeldesk.cli.canary_plan import add_plan, read_plan, steps_help
from modeldesk.cli.commands.rollback import release_answer
from modeldesk.cli.service_settings import add_settings, read_settings
from modeldesk.cli.session import Session
from modeldesk.cli.swarm_settings import add_swarm, read_swarm
from modeldesk.core.containers.arguments import parse_port
from modeldesk.core.containers.model import PortBinding
from modeldesk.core.errors import InvalidInput, NotFound
from modeldesk.core.ids import DeploymentName, ModelName
from modeldesk.core.library.find import find_models, find_version
from modeldesk.core.library.latest import latest_warning
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.releases.model import (
    ENVIRONMENTS,
    PRODUCTION,
    Deployment,
    DeploymentKey,
    EnvironmentName,
    ServiceSettings,
)
from modeldesk.core.releases.names import check_environment, proposed_name
from modeldesk.core.releases.targets import target_of
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "version",
        metavar="MODEL[:V]",
        help="model:version, repository:tag, digest or image id; of a model alone its newest "
        "version on the engine",
    )
    parser.add_argument(
        "--env",
        metavar="ENVIRONMENT",
        help=f"{', '.join(ENVIRONMENTS)}, or a name of your own ({PRODUCTION})",
    )
    parser.add_argument(
        "--name",
        default="",
        help="the deployment; else the one of this model in this environment, or one that is "
        "called by both",
    )
    parser.add_argument("--why", default="", help="kept in the history")
    parser.add_argument("--canary", metavar="PERCENTAGES", help=f"step by step: {steps_help()}")
    add_plan(parser)
    add_settings(parser)
    add_swarm(parser)


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Deploy; when the version fails, what ran runs on and the exit code says so."""
    if arguments.env is not None:
        check_environment(arguments.env)
    snapshot = session.snapshot()
    version = _version(snapshot, arguments.version)
    warning = latest_warning(arguments.version, version)
    if warning:
        session.job.log(warning)
    releases = session.deployments()
    deployments = releases.deployments(session.here())
    model = ModelName(version.key.model)
    name, known = _deployment(deployments, model, arguments.name, arguments.env)
    settings, secrets = read_settings(arguments, known.settings if known else ServiceSettings())
    settings = replace(settings, swarm=read_swarm(arguments, settings.swarm))
    if arguments.canary is not None:
        if known is not None and (settings, secrets) != (known.settings, {}):
            raise InvalidInput(
                tr("A canary runs with the settings that the deployment has."),
                tr("Leave them out, or deploy without --canary."),
            )
        plan = read_plan(arguments, arguments.canary)
        key = DeploymentKey(session.here(), name)
        service = session.canaries()
        begun = service.start(key, target_of(version), plan, arguments.why, session.job)
        return rollout_answer(begun)
    if not settings.ports:
        settings = replace(settings, ports=_exposed(session, version))
    environment = arguments.env or (known.environment if known else PRODUCTION)
    outcome = releases.deploy(
        session.engine(),
        name,
        model,
        target_of(version),
        settings,
        arguments.why,
        session.job,
        secrets,
        environment=EnvironmentName(environment),
    )
    return release_answer(outcome, session.engine().info.host)


def _version(snapshot: LibrarySnapshot, text: str) -> Version:
    """What is meant; of a model's name the newest version."""
    try:
        return find_version(snapshot, text)
    except NotFound:
        named = [model for model in snapshot.models if model.name == text]
        if not named:
            raise
    versions = [version for model in find_models(snapshot, text) for version in model.versions]
    return max(versions, key=lambda version: version.created)


def _deployment(
    deployments: tuple[Deployment, ...], model: ModelName, name: str, environment: str | None
) -> tuple[DeploymentName, Deployment | None]:
    """The deployment that is meant, if there is one already, and its name."""
    if name:
        known = next((one for one in deployments if one.name == name), None)
        return DeploymentName(name), known
    wanted = EnvironmentName(environment or PRODUCTION)
    own = [one for one in deployments if one.model == model and one.environment == wanted]
    if len(own) > 1:
        raise InvalidInput(
            tr(
                "{model} has several deployments in {environment}: {names}.",
                model=model,
                environment=wanted,
                names=", ".join(one.name for one in own),
            ),
            tr("Say which one with --name."),
        )
    if own:
        return own[0].name, own[0]
    proposed = proposed_name(model, wanted)
    if any(one.name == proposed for one in deployments):
        raise InvalidInput(
            tr("There is a deployment “{name}” already, of something else.", name=proposed),
            tr("Give this one another name with --name."),
        )
    return proposed, None


def _exposed(session: Session, version: Version) -> tuple[PortBinding, ...]:
    """The ports the image says it listens at, each at any free port here."""
    config = session.engine().image_detail(version.key.image).config
    return tuple(parse_port(port) for port in config.exposed_ports if "/udp" not in port)
