"""What the buttons of the releases page do with the entry it shows."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from modeldesk.core.canary.model import RolloutPlan
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.releases.model import DeploymentKey, VersionTarget
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import CompareLink, LibraryLink
from modeldesk.ui.opening import open_url
from modeldesk.ui.releases.actions import ReleaseActions
from modeldesk.ui.releases.canary_actions import CanaryActions
from modeldesk.ui.releases.heading import Act
from modeldesk.ui.releases.page_view import Shown
from modeldesk.ui.releases.plan_dialog import PlanDialog
from modeldesk.ui.releases.rollouts import CanaryRequest
from modeldesk.ui.releases.scale_dialog import ScaleDialog
from modeldesk.ui.releases.settings_dialog import SettingsDialog
from modeldesk.ui.releases.version_dialog import VersionDialog, VersionRequest, version_choices


class Acting(QObject):
    """Carries out what a person chose: at once, after a question, or with a dialog."""

    def __init__(
        self, context: Context, actions: ReleaseActions, canary: CanaryActions, over: QWidget
    ) -> None:
        """Dialogs stand over `over`."""
        super().__init__(over)
        self._context = context
        self._actions = actions
        self._canary = canary
        self._over = over
        self._ways: Mapping[Act, Callable[[Shown], object]] = {
            Act.OPEN: self._open,
            Act.START: self._start,
            Act.STOP: self._stop,
            Act.REMOVE: self._remove,
            Act.DEPLOY: self._deploy,
            Act.CANARY: self._start_canary,
            Act.BEGIN: self._with_key(canary.skip),
            Act.PAUSE: self._with_key(canary.pause),
            Act.RESUME: self._with_key(canary.resume),
            Act.SKIP: self._with_key(canary.skip),
            Act.PROMOTE: self._promote,
            Act.PLAN: self.edit_plan,
            Act.COMPARE: self._compare_versions,
            Act.SCALE: self._scale,
            Act.SETTINGS: self._change_settings,
            Act.EXPORT: self._export,
        }

    def act(self, act: Act, shown: Shown) -> None:
        """Do it. What the page does with itself is not among it."""
        way = self._ways.get(act)
        if way is not None:
            way(shown)

    def go_back(self, shown: Shown) -> None:
        """What the button at the right does: see `page_view.way_back`."""
        deployment = shown.entry.deployment
        if shown.facts is not None and shown.rolling:
            self._canary.confirm_abort(shown.facts.rollout, self._over)
        elif shown.cancels and deployment is not None:
            self._actions.cancel(deployment.key)
        elif shown.previous is not None:
            self.roll_back(shown, shown.previous)

    def roll_back(self, shown: Shown, target: VersionTarget) -> None:
        """Ask, then go back to any version."""
        if shown.entry.deployment is not None:
            self._actions.confirm_rollback(shown.entry.deployment, target, self._over)

    def compare(self, shown: Shown, image: ImageId) -> None:
        """Go to the comparison of what runs with another version."""
        deployment = shown.entry.deployment
        if deployment is None or deployment.current is None:
            return
        model = ModelName(deployment.model)
        left, right = LibraryLink(model, deployment.current.image), LibraryLink(model, image)
        self._context.navigate(CompareLink(left, right))

    def edit_plan(self, shown: Shown) -> None:
        """Change how the canary goes on."""
        if shown.facts is None or not shown.rolling:
            return
        rollout = shown.facts.rollout
        PlanDialog(
            tr("Plan of the canary on {name}", name=rollout.deployment.name),
            rollout.plan,
            rollout.plan.steps[: rollout.step + 1],
            lambda plan: self._canary.replan(rollout.deployment, plan),
            self._over,
        ).open()

    def _with_key(self, act: Callable[[DeploymentKey], object]) -> Callable[[Shown], object]:
        def do(shown: Shown) -> object:
            deployment = shown.entry.deployment
            return act(deployment.key) if deployment is not None else None

        return do

    def _open(self, shown: Shown) -> None:
        if shown.entry.url:
            open_url(self._context, shown.entry.url)

    def _start(self, shown: Shown) -> None:
        entry = shown.entry
        if entry.deployment is not None:
            self._actions.start(entry.deployment.key)
        elif entry.container is not None:
            self._actions.start_container(entry.container)

    def _stop(self, shown: Shown) -> None:
        entry = shown.entry
        if entry.deployment is not None:
            self._actions.stop(entry.deployment.key)
        elif entry.container is not None:
            self._actions.stop_container(entry.container)

    def _remove(self, shown: Shown) -> None:
        entry = shown.entry
        if entry.deployment is not None:
            self._actions.confirm_remove(entry.deployment, entry.container, self._over)
        elif entry.container is not None:
            self._actions.confirm_remove_container(entry.container, self._over)

    def _promote(self, shown: Shown) -> None:
        if shown.facts is not None:
            self._canary.confirm_promote(shown.facts.rollout, self._over)

    def _compare_versions(self, shown: Shown) -> None:
        if shown.facts is not None:
            self.compare(shown, shown.facts.rollout.target.image)

    def _export(self, shown: Shown) -> None:
        if shown.entry.deployment is not None:
            self._canary.ask_export(shown.entry.deployment.key, self._over)

    def _change_settings(self, shown: Shown) -> None:
        deployment = shown.entry.deployment
        if deployment is None:
            return
        dialog = SettingsDialog(
            self._context.theme,
            deployment,
            lambda read, why: self._actions.change_settings(
                deployment, read.settings, read.secrets, why
            ),
            self._over,
        )
        self._actions.read_revisions(
            deployment,
            dialog,
            lambda revisions: dialog.show_revisions(revisions, datetime.now(UTC)),
        )
        dialog.open()

    def _scale(self, shown: Shown) -> None:
        deployment = shown.entry.deployment
        if deployment is not None:
            ScaleDialog(
                deployment,
                lambda replicas: self._actions.scale(deployment.key, replicas),
                self._over,
            ).open()

    def _deploy(self, shown: Shown) -> None:
        self._ask_version(shown, None)

    def _start_canary(self, shown: Shown) -> None:
        self._ask_version(shown, RolloutPlan())

    def _ask_version(self, shown: Shown, plan: RolloutPlan | None) -> None:
        deployment = shown.entry.deployment
        if deployment is None:
            return

        def start(request: VersionRequest) -> None:
            if request.plan is not None:
                wanted = CanaryRequest(request.target, request.plan, request.why)
                self._canary.start(deployment.key, wanted)
            else:
                self._actions.deploy(deployment, request.target, request.smoke, request.why)

        choices = version_choices(self._context.hub.snapshot, deployment, datetime.now(UTC))
        VersionDialog(deployment, choices, plan, start, self._over).open()
