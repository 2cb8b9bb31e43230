"""One trial under way."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from modeldesk.core.compare.compare import Named, compare
from modeldesk.core.compare.model import Comparison
from modeldesk.core.containers.model import PortBinding
from modeldesk.core.containers.reach import out_of_reach
from modeldesk.core.contents.model import EngineImage
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.text import size_text
from modeldesk.core.trial.building import Builder
from modeldesk.core.trial.cold_start import ColdStarts
from modeldesk.core.trial.model import Measures, Start, Trial, TrialRequest, TrialStep
from modeldesk.core.trial.plan import RecipeUnderTrial, TrialPlan
from modeldesk.core.trial.steps import Steps
from modeldesk.core.trial.tools import Tools
from modeldesk.core.trial.words import recipe_name, seconds_text
from modeldesk.core.words import tr

_FOLDERS = 200
"""Folders that differ, of which so many are kept."""


class Measuring:
    """Does all of one trial, step by step."""

    def __init__(
        self,
        engine: ImageEngine,
        plan: TrialPlan,
        request: TrialRequest,
        mark: str,
        tools: Tools,
        job: Job,
        on_step: Callable[[TrialStep], None],
    ) -> None:
        """`mark` is what images and containers of the trial are labelled with."""
        self._engine = engine
        self._plan = plan
        self._request = request
        self._mark = mark
        self._tools = tools
        self._job = job
        self._steps = Steps(on_step)
        self._recipes = (plan.left, plan.right)
        self._notes = list(plan.notes)

    def run(self, started: datetime) -> Trial:
        """Build, look inside, start, and say what came of it."""
        builder = Builder(self._engine, self._plan, self._mark, self._job)
        with self._step("base", tr("Fetch {base}", base=self._plan.base)):
            base_layers = builder.fetch_base()
        images, built = zip(*(self._built(builder, one) for one in self._recipes), strict=True)
        rebuilt = [self._rebuilt(builder, one) for one in self._recipes]
        comparison = self._compared(images, base_layers)
        starts = self._started(images)
        kept = self._kept(images, started)
        left, right = (
            Measures(recipe.stages, recipe.naive, *measured)
            for recipe, *measured in zip(self._recipes, built, rebuilt, starts, kept, strict=True)
        )
        sample = self._plan.sample
        return Trial(
            "",
            started,
            str(self._plan.folder.path),
            self._plan.folder.name,
            "",
            self._plan.base,
            _engine_text(self._engine),
            comparison,
            left,
            right,
            sample.told_by if sample else "",
            tuple(self._notes),
        )

    def _step(self, key: str, text: str) -> AbstractContextManager[Callable[[str], None]]:
        self._job.report(Progress(text))
        return self._steps.step(key, text)

    def _built(self, builder: Builder, recipe: RecipeUnderTrial) -> tuple[ImageId, float]:
        name = _name(recipe)
        text = tr("Build without cache: {name}", name=name)
        with self._step(f"build {name}", text) as note:
            image, seconds = builder.build(recipe, name)
            note(size_text(self._engine.image_detail(image).size_bytes))
        return image, seconds

    def _rebuilt(self, builder: Builder, recipe: RecipeUnderTrial) -> float | None:
        if not builder.has_weights:
            note = tr("There are no weights in the folder, so no rebuild after their change is "
                      "measured.")  # fmt: skip
            if note not in self._notes:
                self._notes.append(note)
            return None
        name = _name(recipe)
        text = tr("Build again with other weights: {name}", name=name)
        with self._step(f"rebuild {name}", text):
            return builder.rebuild(recipe, name)

    def _compared(self, images: tuple[ImageId, ...], base_layers: int) -> Comparison:
        """How the images differ, without the long lists."""
        job, address = self._job, self._engine.info.address
        places = [
            EngineImage(address, image, _name(recipe))
            for image, recipe in zip(images, self._recipes, strict=True)
        ]
        with self._step("contents", tr("Look inside both images")):
            contents = self._tools.contents()
            left, right = (
                Named(place.name, contents.read(place, job, base_layers)) for place in places
            )
            comparison = compare(left, right, job.token)
        with self._step("compressed", tr("Pack both images as for a registry")):
            sizes = [self._tools.compressed.compressed_bytes(place, job) for place in places]
        folder = str(self._plan.folder.path)
        return replace(
            comparison,
            left=replace(comparison.left, compressed_bytes=sizes[0], source=folder),
            right=replace(comparison.right, compressed_bytes=sizes[1], source=folder),
            layers=(),
            largest=(),
            packages=(),
            config=(),
            rewritten=(),
            folders=comparison.folders[:_FOLDERS],
        )

    def _started(self, images: tuple[ImageId, ...]) -> tuple[tuple[Start, ...], ...]:
        """The cold starts of both, alternating, so that what else the machine does meets
        either."""
        port = PortBinding(self._plan.app.port, self._plan.app.port)
        reason = out_of_reach((port,), self._engine.info.host)
        if reason:
            self._notes.append(tr("Starts were not measured. {reason}", reason=reason))
            return (), ()
        starts = ColdStarts(
            self._engine,
            self._tools.asker,
            self._plan.app,
            self._plan.sample,
            self._mark,
            self._job,
        )
        found: tuple[list[Start], list[Start]] = ([], [])
        runs = self._request.runs
        with self._step("starts", tr("Cold starts, alternating")) as note:
            for number in range(runs):
                for image, recipe, own in zip(images, self._recipes, found, strict=True):
                    text = tr("Cold start {number} of {count}: {name}",
                              number=number + 1, count=runs, name=_name(recipe))  # fmt: skip
                    self._job.report(Progress(text, number, runs))
                    own.append(starts.measure(image, _name(recipe)))
                times = " / ".join(seconds_text(own[-1].healthy) for own in found)
                note(f"{number + 1}/{runs} · {times}")
        self._note_on_predictions(starts)
        return tuple(found[0]), tuple(found[1])

    def _note_on_predictions(self, starts: ColdStarts) -> None:
        if self._plan.sample is None:
            self._notes.append(
                tr("No prediction was asked for: the folder holds no example of a request. Give "
                   "one as a JSON file.")
            )  # fmt: skip
        elif starts.refused is not None:
            self._notes.append(
                tr("The request of {file} was not answered with a prediction (status {status}).",
                   file=self._plan.sample.told_by, status=starts.refused or "–")
            )  # fmt: skip

    def _kept(self, images: tuple[ImageId, ...], started: datetime) -> tuple[str, ...]:
        """The names that the images stay under; empty where they go."""
        if not self._request.keep:
            return ("",) * len(images)
        stamp = f"{started:%Y%m%d-%H%M%S}"
        names = []
        for image, recipe in zip(images, self._recipes, strict=True):
            kind = "naive" if recipe.naive else recipe.stages.value
            name = Reference.parse(f"{self._plan.folder.name}-compared:{kind}-{stamp}")
            self._engine.tag_image(image, name)
            names.append(str(name))
        return tuple(names)


def _name(recipe: RecipeUnderTrial) -> str:
    return recipe_name(recipe.stages, naive=recipe.naive)


def _engine_text(engine: ImageEngine) -> str:
    info = engine.info
    builder = "BuildKit" if info.builds_with_buildkit else tr("classic builder")
    return f"{info.product} {info.version}, {builder}"
