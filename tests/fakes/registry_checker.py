"""Registries that are only told of, tried out as `RegistryChecker` says."""

import threading
from dataclasses import dataclass, field

from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.check import CheckReport, CheckStep, OnStep, Outcome, Step
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry


@dataclass
class FakeSite:
    """A registry as a check meets it. `fails` is a step before the sign-in that fails, with what
    is said of it; `scheme` is empty where it serves everyone."""

    scheme: str = "basic"
    users: dict[str, str] = field(default_factory=dict)
    lists: bool = True
    repositories: tuple[str, ...] = ()
    fails: Step | None = None
    text: str = ""
    hint: str = "Do something about it."
    detail: str = ""


class FakeRegistryChecker:
    """A host without a site has no address. `held` keeps checks before their first step until it
    is set."""

    def __init__(self) -> None:
        self.sites: dict[str, FakeSite] = {}
        self.held = threading.Event()
        self.held.set()
        self.asked: list[tuple[KnownRegistry, str]] = []
        """Each registry with the name it was asked with, empty for nobody."""

    def check(
        self,
        known: KnownRegistry,
        credentials: Credentials | None,
        on_step: OnStep,
        token: CancelToken,
    ) -> CheckReport:
        self.asked.append((known, credentials.user if credentials else ""))
        with token.closing(self.held.set):
            self.held.wait(10)
        token.raise_if_cancelled()
        site = self.sites.get(known.host, FakeSite(fails=Step.ADDRESS, text="It has no address."))
        steps: list[CheckStep] = []
        for step in Step:
            if any(one.outcome is Outcome.FAILED for one in steps):
                steps.append(CheckStep(step, Outcome.NOT_RUN))
                continue
            steps.append(_step(step, site, known, credentials))
            on_step(steps[-1])
        accepted = bool(site.scheme and credentials) and all(
            one.outcome is not Outcome.FAILED for one in steps
        )
        return CheckReport(known.host, tuple(steps), accepted)


def _step(
    step: Step, site: FakeSite, known: KnownRegistry, credentials: Credentials | None
) -> CheckStep:
    if site.fails is step:
        return CheckStep(step, Outcome.FAILED, site.text, site.hint, site.detail)
    if step is Step.SIGN_IN:
        return _sign_in(site, credentials)
    if step is Step.LIST and not site.lists:
        closed = [one for one in known.repositories if one not in site.repositories]
        return CheckStep(step, Outcome.NOTE, "not listed", "", "\n".join(closed)) if (
            closed or not known.repositories
        ) else CheckStep(step, Outcome.GOOD, "those named can be read")  # fmt: skip
    text = {
        Step.ADDRESS: "192.168.7.20",
        Step.PORT: "443 answers",
        Step.ENCRYPTION: "TLSv1.3, certificate trusted",
        Step.REGISTRY: "registry/2.0",
        Step.SCHEME: site.scheme or "none: it serves everyone",
        Step.LIST: "may be listed",
    }[step]
    return CheckStep(step, Outcome.GOOD, text)


def _sign_in(site: FakeSite, credentials: Credentials | None) -> CheckStep:
    if not site.scheme:
        outcome = Outcome.NOTE if credentials else Outcome.GOOD
        return CheckStep(Step.SIGN_IN, outcome, "not needed")
    if credentials is None:
        if site.scheme == "token":
            return CheckStep(Step.SIGN_IN, Outcome.NOTE, "as nobody")
        return CheckStep(Step.SIGN_IN, Outcome.FAILED, "Nobody is signed in.", site.hint)
    if site.users.get(credentials.user) == credentials.password:
        return CheckStep(Step.SIGN_IN, Outcome.GOOD, f"accepted as {credentials.user}")
    return CheckStep(Step.SIGN_IN, Outcome.FAILED, "Refused.", site.hint)
