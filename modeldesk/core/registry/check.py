"""A sign-in that checks itself: step by step, saying which one failed and what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.words import tr


class Step(Enum):
    """The steps, in their order."""

    ADDRESS = "address"
    PORT = "port"
    ENCRYPTION = "encryption"
    REGISTRY = "registry"
    SCHEME = "scheme"
    SIGN_IN = "sign-in"
    LIST = "list"


class Outcome(Enum):
    """How a step ended."""

    GOOD = "good"
    NOTE = "note"
    """It works, and there is something to know."""
    FAILED = "failed"
    NOT_RUN = "not run"
    """An earlier one failed."""


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step: what was found in a few words; what to do about it, where something is; and the
    outside world's own words or figures."""

    step: Step
    outcome: Outcome
    text: str = ""
    hint: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Every step, in order."""

    registry: str
    steps: tuple[CheckStep, ...]
    accepted: bool = False
    """It asked who is there and took the credentials."""

    @property
    def failed(self) -> CheckStep | None:
        """The step that failed; None where all went well."""
        return next((one for one in self.steps if one.outcome is Outcome.FAILED), None)

    @property
    def refused(self) -> bool:
        """Whether it is the sign-in that failed."""
        return self.failed is not None and self.failed.step is Step.SIGN_IN


OnStep = Callable[[CheckStep], None]


class RegistryChecker(Protocol):
    """Tries a registry out."""

    def check(
        self,
        known: KnownRegistry,
        credentials: Credentials | None,
        on_step: OnStep,
        token: CancelToken,
    ) -> CheckReport:
        """Take every step with those credentials (None: as nobody), telling each as soon as it
        has ended. The first that fails is the last that is taken; the others are in the report as
        not run, untold. Whatever a registry does is in the report. Raises `Cancelled` within
        100 ms."""
        ...


def step_name(step: Step) -> str:
    """A step as a person reads it."""
    return {
        Step.ADDRESS: tr("Address"),
        Step.PORT: tr("Port"),
        Step.ENCRYPTION: tr("Encryption"),
        Step.REGISTRY: tr("Registry"),
        Step.SCHEME: tr("Way to sign in"),
        Step.SIGN_IN: tr("Sign-in"),
        Step.LIST: tr("Repositories"),
    }[step]
