"""Names a deployment can have (they become part of container names), and versions as shown."""

import re

from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import DeploymentName, ModelName
from modeldesk.core.releases.model import PRODUCTION, EnvironmentName
from modeldesk.core.words import tr

_LONGEST = 63
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,29}")


def check_deployment_name(name: str) -> None:
    """Raise `InvalidInput` unless the name can be used."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            tr("“{name}” can't be a deployment's name.", name=name),
            tr(
                "Use up to 63 lower-case letters, digits, dots, dashes and underscores, "
                "beginning with a letter or digit."
            ),
        )


def check_environment(name: str) -> None:
    """Raise `InvalidInput` unless an environment can be called so."""
    if not _ENVIRONMENT.fullmatch(name):
        raise InvalidInput(
            tr("“{name}” can’t be an environment’s name.", name=name),
            tr(
                "Use development, test, production, or a name of your own: up to 30 lower-case "
                "letters, digits and dashes, beginning with a letter."
            ),
        )


def proposed_name(model: ModelName, environment: EnvironmentName = PRODUCTION) -> DeploymentName:
    """A name for the deployment of a model in an environment."""
    ending = "" if environment == PRODUCTION else f"-{environment}"
    cleaned = re.sub(r"[^a-z0-9_.-]+", "-", model.lower().rpartition("/")[2]).strip("-_.")
    return DeploymentName((cleaned or "model")[: _LONGEST - len(ending)] + ending)


def version_text(reference: str) -> str:
    """The version's own name out of a reference: ``v1.4.0``."""
    name, _, digest = reference.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return tag or digest or reference
