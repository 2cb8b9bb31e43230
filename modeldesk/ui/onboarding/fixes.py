"""What to do when no engine can be used, by what the addresses answered and by platform."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.core.engine.attempts import telling_attempt
from modeldesk.core.engine.model import AttemptOutcome, EngineAttempt
from modeldesk.core.words import tr

_COMMAND = re.compile(r"\b(?:sudo|systemctl|ssh|colima|podman) [^\n]+$")


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to do: what it does, and the command that does it (empty: done by hand)."""

    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong, as a title and a sentence, and what may help, the likeliest first."""

    title: str
    sentence: str
    fixes: tuple[Fix, ...]


def diagnose(attempts: Sequence[EngineAttempt], platform: str, chosen: str = "") -> Diagnosis:
    """Read what was tried. `platform` is as `sys.platform` says it; `chosen` is the one address
    that the settings allow, if they do."""
    telling = telling_attempt(attempts)
    if telling is None and chosen:
        return Diagnosis(
            tr("The chosen engine is not there"),
            tr("The settings name {address}, so nothing else was tried.", address=chosen),
            (Fix(tr("Let ModelDesk find an engine by itself, or choose another address.")),),
        )
    if telling is None:
        return Diagnosis(
            tr("No container engine was found"),
            tr("ModelDesk works with Docker or Podman. Nothing answers on this machine yet."),
            _install(platform),
        )
    address = telling.address or telling.source
    more: tuple[Fix, ...] = ()
    if telling.outcome is AttemptOutcome.ANSWERED:
        title = tr("The engine that was named does not answer")
        sentence = tr(
            "{source} names {named}. Another engine answers at {other}, but is not used unasked.",
            source=attempts[0].source,
            named=attempts[0].address,
            other=address,
        )
    elif telling.outcome is AttemptOutcome.NOT_PERMITTED:
        title = tr("This account may not use the container engine")
        sentence = tr("The engine at {address} is there, but closed to you.", address=address)
        more = _permit(platform)
    elif telling.outcome is AttemptOutcome.TOO_OLD:
        title = tr("The container engine is too old")
        sentence = tr("The engine at {address} speaks an API that is too old.", address=address)
        more = _upgrade(platform)
    elif telling.outcome is AttemptOutcome.NOT_RUNNING:
        title = tr("The container engine is not running")
        sentence = tr("Nothing answers at {address}.", address=address)
        more = _start(telling, platform)
    else:
        title = tr("The container engine can't be reached")
        sentence = tr("{address} could not be used.", address=address)
    first = _hinted(telling.hint)
    rest = (fix for fix in more if not first or fix.command not in (first[0].command, ""))
    return Diagnosis(title, sentence, (*first, *rest))


def _hinted(hint: str) -> tuple[Fix, ...]:
    """The hint of an attempt, with the command it ends in set apart."""
    found = _COMMAND.search(hint)
    if found is None:
        return (Fix(hint),) if hint else ()
    return (Fix(hint[: found.start()].rstrip(" :："), found.group()),)


def _install(platform: str) -> tuple[Fix, ...]:
    if platform.startswith("linux"):
        return (
            Fix(tr("Install Docker on Debian or Ubuntu"), "sudo apt install docker.io"),
            Fix(tr("Or on Fedora"), "sudo dnf install moby-engine"),
            Fix(
                tr("Or use Podman, and start its socket"),
                "systemctl --user enable --now podman.socket",
            ),
        )
    if platform == "darwin":
        return (
            Fix(tr("Install Docker Desktop"), "brew install --cask docker"),
            Fix(tr("Or Colima"), "brew install colima docker && colima start"),
        )
    return (Fix(tr("Install Docker Desktop"), "winget install Docker.DockerDesktop"),)


def _permit(platform: str) -> tuple[Fix, ...]:
    if platform.startswith("linux"):
        return (
            Fix(
                tr("Join the docker group, then sign out and in again"),
                "sudo usermod -aG docker $USER",
            ),
            Fix(
                tr("Or run an engine of your own, without root"),
                "dockerd-rootless-setuptool.sh install",
            ),
        )
    return (Fix(tr("Start the engine's application under your own account.")),)


def _upgrade(platform: str) -> tuple[Fix, ...]:
    if platform.startswith("linux"):
        return (
            Fix(
                tr("Upgrade Docker on Debian or Ubuntu"),
                "sudo apt update && sudo apt install --only-upgrade docker.io",
            ),
        )
    return (Fix(tr("Let the engine's application update itself, then start it again.")),)


def _start(telling: EngineAttempt, platform: str) -> tuple[Fix, ...]:
    named = f"{telling.source} {telling.address}".casefold()
    if "colima" in named:
        return (Fix(tr("Start Colima"), "colima start"),)
    if "podman" in named:
        if platform.startswith("linux"):
            return (
                Fix(tr("Start Podman's socket"), "systemctl --user enable --now podman.socket"),
            )
        return (Fix(tr("Start Podman's machine"), "podman machine start"),)
    if "rancher" in named or "desktop" in named or not platform.startswith("linux"):
        return (Fix(tr("Start the engine's application: {source}.", source=telling.source)),)
    if "/run/user/" in named:
        return (Fix(tr("Start Docker for your account"), "systemctl --user start docker"),)
    if named.rpartition(" ")[2].startswith(("tcp:", "ssh:", "http:", "https:")):
        return (
            Fix(
                tr("Check that the machine is on and reachable"),
                f"docker -H {telling.address} version",
            ),
        )
    return (
        Fix(tr("Start Docker"), "sudo systemctl start docker"),
        Fix(tr("Have it start with the machine"), "sudo systemctl enable docker"),
    )
