"""The image that gateways are made of."""

from modeldesk.core.errors import Cancelled, GatewayError, ModelDeskError
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.transfers.having import have
from modeldesk.core.words import tr


def gateway_image(engine: ImageEngine, named: str, job: Job) -> ImageId:
    """What the settings' `gateway_image` names, pulled where the engine has it not. Raises
    `GatewayError` that says what to set, `Cancelled`."""
    try:
        return have(engine, Reference.parse(named), job)
    except Cancelled:
        raise
    except ModelDeskError as error:
        raise GatewayError(
            tr("The gateway's image {image} can't be had: {why}", image=named, why=error.message),
            tr(
                "Name an image of nginx that the engine has or can pull: in Settings, or as "
                "“gateway_image” in the settings file, whose path “modeldesk doctor” tells."
            ),
            error.detail,
        ) from error
