"""A script learns from the exit code what went wrong."""

import pytest

from modeldesk.cli.exit_codes import ExitCode, exit_code_of
from modeldesk.core.errors import (
    FolderError,
    InvalidVersion,
    ModelDeskError,
    NoRepository,
    NoSuchDeployment,
    NoSuchRevision,
    NotFound,
    ReleaseError,
    SourceControlError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("There is no such image."), ExitCode.NOT_FOUND),
        (NoSuchDeployment("There is no such deployment."), ExitCode.NOT_FOUND),
        (NoSuchRevision("There is no such commit."), ExitCode.NOT_FOUND),
        (NoRepository("The folder is in no repository."), ExitCode.USAGE),
        (SourceControlError("Git is not installed."), ExitCode.FAILED),
        (ReleaseError("There is none to go back to."), ExitCode.FAILED),
        (FolderError("The folder is not there."), ExitCode.USAGE),
        (InvalidVersion("That can't name a version."), ExitCode.USAGE),
    ],
)
def test_each_kind_of_error_has_its_code(error: ModelDeskError, code: ExitCode) -> None:
    assert exit_code_of(error) is code
