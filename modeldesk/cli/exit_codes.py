"""What the command line's exit codes mean. Scripts rely on them: they are not renumbered."""

from enum import IntEnum

from modeldesk.core.errors import (
    BuildFailed,
    Cancelled,
    ContainerFailed,
    EngineNotPermitted,
    EngineTooOld,
    EngineUnavailable,
    FolderError,
    InvalidInput,
    ModelDeskError,
    NoSuchDeployment,
    NotFound,
    NotInRegistry,
)


class ExitCode(IntEnum):
    """The codes, each with one meaning."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_ENGINE = 3
    NOT_FOUND = 4
    BUILD_FAILED = 5
    CONTAINER_FAILED = 6
    RESTORED = 7
    """A release failed, and what ran before runs again."""
    WASTEFUL = 8
    """An image wastes more than the limits that were set for it."""
    CANCELLED = 130


def exit_code_of(error: ModelDeskError) -> ExitCode:
    """The code that tells a script what went wrong."""
    for kinds, code in (
        ((EngineUnavailable, EngineNotPermitted, EngineTooOld), ExitCode.NO_ENGINE),
        ((NotFound, NotInRegistry, NoSuchDeployment), ExitCode.NOT_FOUND),
        ((BuildFailed,), ExitCode.BUILD_FAILED),
        ((ContainerFailed,), ExitCode.CONTAINER_FAILED),
        ((InvalidInput, FolderError), ExitCode.USAGE),
        ((Cancelled,), ExitCode.CANCELLED),
    ):
        if isinstance(error, kinds):
            return code
    return ExitCode.FAILED
