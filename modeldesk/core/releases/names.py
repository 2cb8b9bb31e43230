"""Names a deployment can have (they become part of container names), and versions as shown."""

import re

from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import DeploymentName, ModelName
from modeldesk.core.words import tr

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")


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


def proposed_name(model: ModelName) -> DeploymentName:
    """A name for the first deployment of a model."""
    cleaned = re.sub(r"[^a-z0-9_.-]+", "-", model.lower().rpartition("/")[2]).strip("-_.")
    return DeploymentName(cleaned[:63] or "model")


def version_text(reference: str) -> str:
    """The version's own name out of a reference: ``v1.4.0``."""
    name, _, digest = reference.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return tag or digest or reference
