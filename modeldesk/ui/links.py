"""Where a click can lead: a page, and what is to be selected there."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from modeldesk.core.ids import BuildId, DeploymentName, ImageId, ModelName

if TYPE_CHECKING:
    # It brings what is known of model folders with it, and the first paint needs none.
    from modeldesk.core.recipes.choice import Stages


class PageKey(Enum):
    """The pages of the main window. The value is what the navigation rail is given."""

    LIBRARY = "library"
    BUILD = "build"
    COMPARE = "compare"
    RELEASES = "releases"
    ACTIVITY = "activity"
    SETTINGS = "settings"
    CLEANUP = "cleanup"
    """Under the library in the rail."""
    FIND = "find"
    """Likewise."""


@dataclass(frozen=True, slots=True)
class LibraryLink:
    """A model, or one version of it when `image` is given. `model` None: just the page."""

    page: ClassVar[PageKey] = PageKey.LIBRARY
    model: ModelName | None = None
    image: ImageId | None = None


@dataclass(frozen=True, slots=True)
class BuildLink:
    """Plan a build of `folder` (its proposed Dockerfile in `stages`, where that is given), or of
    the next version of `model` from the folder it was built from last, or show the build `build`;
    none of them: just the page. With `history` show every build there was, or every one of
    `model`."""

    page: ClassVar[PageKey] = PageKey.BUILD
    folder: Path | None = None
    build: BuildId | None = None
    model: ModelName | None = None
    stages: "Stages | None" = None
    history: bool = False


@dataclass(frozen=True, slots=True)
class CompareLink:
    """Two versions of the library, or an archive beside what was chosen before; none of them:
    just the page."""

    page: ClassVar[PageKey] = PageKey.COMPARE
    left: LibraryLink | None = None
    right: LibraryLink | None = None
    archive: Path | None = None


@dataclass(frozen=True, slots=True)
class TrialLink:
    """A folder to be measured as a single stage and as multi-stage; neither: what is measured,
    or was last."""

    page: ClassVar[PageKey] = PageKey.COMPARE
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class ReleasesLink:
    """A deployment, or what runs of a model; neither: just the page."""

    page: ClassVar[PageKey] = PageKey.RELEASES
    deployment: DeploymentName | None = None
    model: ModelName | None = None


@dataclass(frozen=True, slots=True)
class ActivityLink:
    """A task, by its number; None: just the page."""

    page: ClassVar[PageKey] = PageKey.ACTIVITY
    task: int | None = None


class SettingsSection(Enum):
    """What the settings page can be opened at."""

    ENGINE = "engine"
    APPEARANCE = "appearance"
    NEW_VERSIONS = "new versions"
    CHANNELS = "channels"
    REGISTRIES = "registries"
    DEPLOYMENTS = "deployments"
    NOTIFICATIONS = "notifications"
    EVENTS = "events"
    LAYERS = "layers"
    WEIGHTS = "weights"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class SettingsLink:
    """A section of the settings."""

    page: ClassVar[PageKey] = PageKey.SETTINGS
    section: SettingsSection | None = None


@dataclass(frozen=True, slots=True)
class CleanupLink:
    """What could go; `model`: from its versions on."""

    page: ClassVar[PageKey] = PageKey.CLEANUP
    model: ModelName | None = None


@dataclass(frozen=True, slots=True)
class FindLink:
    """Versions that a query finds; None: the page with what it asked last."""

    page: ClassVar[PageKey] = PageKey.FIND
    text: str | None = None


Link = (
    LibraryLink
    | BuildLink
    | CompareLink
    | TrialLink
    | ReleasesLink
    | ActivityLink
    | SettingsLink
    | CleanupLink
    | FindLink
)
