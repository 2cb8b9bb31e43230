"""The six kinds of layer, each with one colour and one name everywhere."""

from enum import Enum

from modeldesk.core.words import tr


class LayerKind(Enum):
    """What a layer is for, bottom of a usual image first."""

    BASE_IMAGE = "base image"
    SYSTEM_PACKAGES = "system packages"
    DEPENDENCIES = "dependencies"
    APPLICATION = "application"
    MODEL_WEIGHTS = "model weights"
    OTHER = "other"


def kind_name(kind: LayerKind) -> str:
    """The kind's name for a person."""
    return {
        LayerKind.BASE_IMAGE: tr("Base image"),
        LayerKind.SYSTEM_PACKAGES: tr("System packages"),
        LayerKind.DEPENDENCIES: tr("Dependencies"),
        LayerKind.APPLICATION: tr("Application"),
        LayerKind.MODEL_WEIGHTS: tr("Model weights"),
        LayerKind.OTHER: tr("Other"),
    }[kind]
