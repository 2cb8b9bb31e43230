"""What is advised when no engine can be used."""

import pytest

from modeldesk.core.engine.model import AttemptOutcome, EngineAttempt
from modeldesk.ui.onboarding.fixes import Diagnosis, diagnose
from tests.gui.parts import attempt


def commands(diagnosis: Diagnosis) -> list[str]:
    return [fix.command for fix in diagnosis.fixes if fix.command]


def test_nothing_found_advises_an_installation() -> None:
    found = diagnose([attempt(AttemptOutcome.NOT_THERE)], "linux")
    assert found.title == "No container engine was found"
    assert "sudo apt install docker.io" in commands(found)
    assert "brew install --cask docker" in commands(diagnose([], "darwin"))
    assert "winget install Docker.DockerDesktop" in commands(diagnose([], "win32"))


def test_not_permitted_takes_the_group_from_the_hint_and_says_it_once() -> None:
    hint = "Add yourself to the group “docker”, then sign in again: sudo usermod -aG docker $USER"
    found = diagnose(
        [attempt(AttemptOutcome.NOT_RUNNING), attempt(AttemptOutcome.NOT_PERMITTED, hint=hint)],
        "linux",
    )
    assert found.title == "This account may not use the container engine"
    assert commands(found)[0] == "sudo usermod -aG docker $USER"
    assert commands(found).count("sudo usermod -aG docker $USER") == 1
    assert found.fixes[0].text == "Add yourself to the group “docker”, then sign in again"


def test_another_engine_than_the_named_one_is_told_but_not_taken() -> None:
    named = attempt(AttemptOutcome.NOT_THERE, "DOCKER_HOST", address="tcp://far:2375")
    other = attempt(AttemptOutcome.ANSWERED, address="unix:///run/docker.sock", hint="Choose it.")
    found = diagnose([named, other], "linux")
    assert "tcp://far:2375" in found.sentence
    assert "unix:///run/docker.sock" in found.sentence
    assert found.fixes[0].text == "Choose it."


def test_too_old_advises_an_upgrade() -> None:
    found = diagnose([attempt(AttemptOutcome.TOO_OLD, hint="Upgrade Docker to 20.10.")], "linux")
    assert found.title == "The container engine is too old"
    assert found.fixes[0].text == "Upgrade Docker to 20.10."
    assert any("--only-upgrade" in command for command in commands(found))


@pytest.mark.parametrize(
    ("one", "platform", "command"),
    [
        (attempt(AttemptOutcome.NOT_RUNNING), "linux", "sudo systemctl start docker"),
        (attempt(AttemptOutcome.NOT_RUNNING, "Colima"), "darwin", "colima start"),
        (attempt(AttemptOutcome.NOT_RUNNING, "Podman"), "darwin", "podman machine start"),
        (
            attempt(AttemptOutcome.NOT_RUNNING, address="unix:///run/user/1000/docker.sock"),
            "linux",
            "systemctl --user start docker",
        ),
        (
            attempt(AttemptOutcome.NOT_RUNNING, "DOCKER_HOST", address="tcp://far:2375"),
            "linux",
            "docker -H tcp://far:2375 version",
        ),
    ],
)
def test_not_running_advises_the_start_of_that_engine(
    one: EngineAttempt, platform: str, command: str
) -> None:
    found = diagnose([one], platform)
    assert found.title == "The container engine is not running"
    assert command in commands(found)


def test_a_context_that_can_not_be_read_is_told_by_its_name() -> None:
    broken = EngineAttempt("Context lab", "", AttemptOutcome.FAILED, "It has no address.")
    found = diagnose([broken], "linux")
    assert "Context lab" in found.sentence
    assert found.fixes[0].text == "It has no address."


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("outcome", list(AttemptOutcome))
def test_there_is_always_something_to_do(outcome: AttemptOutcome, platform: str) -> None:
    found = diagnose([attempt(outcome, hint="Look at it.")], platform)
    assert found.title
    assert found.sentence
    assert found.fixes
