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
    NoRepository,
    NoSuchDeployment,
    NoSuchRevision,
    NotFound,
    NotInRegistry,
    RuleBroken,
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
    DIFFERS = 9
    """An image that was made again is another one."""
    FINDINGS = 10
    """A Dockerfile or a .dockerignore has findings of the level that was asked for."""
    RULE_BROKEN = 11
    """A version does not meet the rules of the channel it was to get."""
    CANCELLED = 130


def exit_code_of(error: ModelDeskError) -> ExitCode:
    """The code that tells a script what went wrong."""
    for kinds, code in (
        ((EngineUnavailable, EngineNotPermitted, EngineTooOld), ExitCode.NO_ENGINE),
        ((NotFound, NotInRegistry, NoSuchDeployment, NoSuchRevision), ExitCode.NOT_FOUND),
        ((BuildFailed,), ExitCode.BUILD_FAILED),
        ((ContainerFailed,), ExitCode.CONTAINER_FAILED),
        ((InvalidInput, FolderError, NoRepository), ExitCode.USAGE),
        ((RuleBroken,), ExitCode.RULE_BROKEN),
        ((Cancelled,), ExitCode.CANCELLED),
    ):
        if isinstance(error, kinds):
            return code
    return ExitCode.FAILED
