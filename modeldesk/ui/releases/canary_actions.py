"""What a person can do with a canary: one function per intent, each a task in Activity."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from modeldesk.core.canary.model import Rollout, RolloutPlan
from modeldesk.core.changes import Changes
from modeldesk.core.errors import ModelDeskError, NotFound
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import DeploymentKey
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.releases.rollouts import CanaryRequest, Rollouts
from modeldesk.ui.releases.words import button_version, pinned_text, version_of
from modeldesk.ui.tasks.handle import TaskHandle
from modeldesk.ui.tasks.lanes import Lane, serial
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.ask_report import ask_report
from modeldesk.ui.widgets.confirm import ConfirmDialog, Question, ask
from modeldesk.ui.widgets.key_value import KeyValue

_Work = Callable[[ImageEngine, Job], Changes]


class CanaryActions(QObject):
    """Starts, moves and ends canaries, and tells the window how that went."""

    def __init__(self, context: Context, rollouts: Rollouts, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._rollouts = rollouts

    def start(self, key: DeploymentKey, request: CanaryRequest) -> TaskHandle[Changes]:
        """Begin a canary."""
        version = version_of(request.target)
        return self._submit(
            key.name,
            tr("Start canary {version} on {name}", version=version, name=key.name),
            tr("{version} is a canary on {name} now.", version=version, name=key.name),
            lambda engine, job: self._rollouts.start(engine, key, request, job),
        )

    def pause(self, key: DeploymentKey) -> TaskHandle[Changes]:
        """Stay where it is."""
        return self._submit(
            key.name,
            tr("Pause the canary on {name}", name=key.name),
            tr("The canary on {name} keeps its share until you resume it.", name=key.name),
            lambda engine, job: self._rollouts.pause(engine, key, job),
        )

    def resume(self, key: DeploymentKey) -> TaskHandle[Changes]:
        """Go on."""
        return self._submit(
            key.name,
            tr("Resume the canary on {name}", name=key.name),
            tr("The canary on {name} goes on.", name=key.name),
            lambda engine, job: self._rollouts.resume(engine, key, job),
        )

    def skip(self, key: DeploymentKey) -> TaskHandle[Changes]:
        """Go to the next step at once."""
        return self._submit(
            key.name,
            tr("Skip a step of the canary on {name}", name=key.name),
            tr("The canary on {name} is a step further.", name=key.name),
            lambda engine, job: self._rollouts.skip(engine, key, job),
        )

    def replan(self, key: DeploymentKey, plan: RolloutPlan) -> TaskHandle[Changes]:
        """Go by another plan."""
        return self._submit(
            key.name,
            tr("Change the canary’s plan on {name}", name=key.name),
            tr("The canary on {name} goes by the new plan.", name=key.name),
            lambda engine, job: self._rollouts.replan(engine, key, plan, job),
        )

    def confirm_promote(self, rollout: Rollout, parent: QWidget) -> ConfirmDialog:
        """Ask, then give it all requests before its time."""
        key, version = rollout.deployment, version_of(rollout.target)
        return ask(
            Question(
                title=tr("Promote {version} now?", version=version),
                sentence=tr(
                    "It gets all requests at once, and the steps that are left are not waited for. "
                    "{stable} stays warm, so the way back takes no start.",
                    stable=version_of(rollout.stable),
                ),
                action=tr("Promote {version}", version=button_version(rollout.target)),
                facts=_facts(rollout, tr("Stable now"), tr("Gets all requests")),
                command=f"modeldesk canary promote {key.name}",
            ),
            parent,
            lambda: self._submit(
                key.name,
                tr("Promote {version} on {name}", version=version, name=key.name),
                tr("{name} runs {version}.", name=key.name, version=version),
                lambda engine, job: self._rollouts.promote(engine, key, job),
            ),
        )

    def confirm_abort(self, rollout: Rollout, parent: QWidget) -> ConfirmDialog:
        """Ask, with both digests in sight, then give stable all requests."""
        stable = version_of(rollout.stable)
        return ask(
            Question(
                title=tr(
                    "Roll back {name} to {version}?",
                    name=rollout.deployment.name,
                    version=stable,
                ),
                sentence=tr(
                    "{stable} gets all requests at once, and no request is dropped. The container "
                    "of {canary} is kept for a while, to be looked at.",
                    stable=stable,
                    canary=version_of(rollout.target),
                ),
                action=tr("Roll back to {version}", version=button_version(rollout.stable)),
                facts=_facts(rollout, tr("Goes back to"), tr("Loses its callers")),
                command=f"modeldesk canary abort {rollout.deployment.name}",
                dangerous=True,
            ),
            parent,
            lambda: self.abort(rollout),
        )

    def abort(self, rollout: Rollout) -> TaskHandle[Changes]:
        """Give stable all requests, without asking."""
        key, stable = rollout.deployment, version_of(rollout.stable)
        return self._submit(
            key.name,
            tr("Roll back {name} to {version}", name=key.name, version=stable),
            tr("{name} runs {version}.", name=key.name, version=stable),
            lambda engine, job: self._rollouts.abort(engine, key, "", job),
        )

    def ask_export(self, key: DeploymentKey, parent: QWidget) -> QFileDialog:
        """Ask where, then write a report on the deployment's newest canary."""
        return ask_report(parent, f"{key.name}-canary", lambda path: self._export(key, path))

    def _export(self, key: DeploymentKey, path: Path) -> None:
        def write(_: Job) -> None:
            from modeldesk.core.canary.report import rollout_report
            from modeldesk.core.compare.report import save_report

            history = self._rollouts.history(key)
            if history is None:
                raise NotFound(tr("“{name}” never had a canary.", name=key.name))
            save_report(rollout_report(history), path, datetime.now().astimezone())

        self._context.tasks.submit(
            write,
            lane=Lane.INTERACTIVE,
            title=tr("Export report"),
            owner=self,
            on_result=lambda _: self._context.say(tr("Saved {path}", path=path), Tone.GOOD),
            on_error=lambda error: self._context.say(str(error), Tone.BAD),
            show_in_activity=False,
        )

    def _submit(
        self, name: DeploymentName, title: str, done: str, work: _Work
    ) -> TaskHandle[Changes]:
        recorded = Changes(deployments=frozenset({name}))

        def ended(changes: Changes) -> None:
            self._context.hub.publish_changes(changes)
            self._context.say(done, Tone.GOOD)

        def failed(error: ModelDeskError) -> None:
            self._context.hub.publish_changes(recorded)
            self._context.say(str(error), Tone.BAD)

        return self._context.tasks.submit(
            lambda job: work(self._context.require_engine(), job),
            lane=serial(f"deployment {name}"),
            title=title,
            owner=self,
            on_result=ended,
            on_error=failed,
            on_cancelled=lambda: self._context.hub.publish_changes(recorded),
            told=True,
            link=ReleasesLink(name),
        )


def _facts(rollout: Rollout, stable: str, canary: str) -> tuple[KeyValue, ...]:
    return tuple(
        KeyValue(label, pinned_text(target), tooltip=target.digest, mono=True)
        for label, target in ((stable, rollout.stable), (canary, rollout.target))
    )
