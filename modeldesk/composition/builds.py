"""What makes images, and compares and repeats what was made."""

from pathlib import Path
from typing import TYPE_CHECKING

from modeldesk import resources
from modeldesk.composition.ground import now
from modeldesk.composition.library import LibraryParts
from modeldesk.composition.people import account
from modeldesk.late import Once

if TYPE_CHECKING:
    from collections.abc import Callable

    from modeldesk.core.build.service import BuildService
    from modeldesk.core.contents.service import Contents
    from modeldesk.core.jobs import CancelToken
    from modeldesk.core.lint.service import Linter
    from modeldesk.core.recipes.service import RecipeService
    from modeldesk.core.trial.service import TrialService
    from modeldesk.core.verify.service import VerifyService
    from modeldesk.core.versioning.git_facts import GitFacts
    from modeldesk.core.versioning.ports import SourceControl


class BuildParts(LibraryParts):
    """Builds, and what is asked before and after one."""

    @Once
    def source_control(self) -> "SourceControl":
        """What git knows."""
        from modeldesk.adapters.git import GitSourceControl

        return GitSourceControl()

    def git_facts(self, folder: Path, token: "CancelToken") -> "GitFacts | None":
        """What git knows of a folder; None where it knows nothing."""
        return self.source_control.facts(folder, token)

    @Once
    def builds(self) -> "BuildService":
        """Plans and makes builds."""
        from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
        from modeldesk.adapters.sqlite.digest_records import SqliteDigestRecords
        from modeldesk.core.build.service import BuildService

        return BuildService(
            SqliteBuildRecords(self.opened.database),
            self.source_control,
            now,
            self.locks,
            resources.path("serving"),
            checkouts=self.paths.checkouts,
            weights=self._fetch_weights,
            digests=SqliteDigestRecords(self.opened.database),
            remote=self.remote_records,
            channels=lambda: self.channels,
        )

    @Once
    def linter(self) -> "Linter":
        """Checks Dockerfiles, with hadolint where the machine has it."""
        from modeldesk.adapters.hadolint import Hadolint
        from modeldesk.core.lint.service import Linter

        return Linter(Hadolint())

    @Once
    def own_linter(self) -> "Linter":
        """Checks Dockerfiles by our own rules alone."""
        from modeldesk.core.lint.service import Linter

        return Linter()

    @Once
    def recipes(self) -> "RecipeService":
        """Digests of base images, and locked requirements."""
        from modeldesk.adapters.oci_registry.digests import CONNECT_SECONDS, RegistryDigests
        from modeldesk.adapters.pip import PipResolver
        from modeldesk.core.recipes.service import RecipeService

        digests = RegistryDigests(
            lambda registry: self._connections.client(registry, CONNECT_SECONDS)
        )
        return RecipeService(digests, PipResolver())

    @Once
    def trials(self) -> "TrialService":
        """Two recipes for one folder, built and measured; for a window."""
        return self.trials_with(lambda: self.contents)

    def trials_with(self, contents: "Callable[[], Contents]") -> "TrialService":
        """As `trials`, with `contents` to look into the images."""
        from modeldesk.adapters.docker_engine.compressed_size import PackedApart
        from modeldesk.adapters.http_probe.asker import HttpServerAsker
        from modeldesk.adapters.sqlite.trial_records import SqliteTrialRecords
        from modeldesk.core.trial.service import TrialService
        from modeldesk.core.trial.tools import Tools

        return TrialService(
            SqliteTrialRecords(self.opened.database),
            self.source_control,
            self.locks,
            Tools(contents, PackedApart(), HttpServerAsker()),
            now,
            resources.path("serving"),
            account(),
        )

    @Once
    def verify(self) -> "VerifyService":
        """Makes versions again, for a window."""
        return self.verify_with(lambda: self.contents)

    def verify_with(self, contents: "Callable[[], Contents]") -> "VerifyService":
        """As `verify`, with `contents` to look into the images."""
        from modeldesk.core.verify.second_images import SecondImages
        from modeldesk.core.verify.service import VerifyService

        return VerifyService(self.builds, contents, SecondImages(self.locks, account()))
