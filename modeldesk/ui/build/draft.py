"""What a person has filled in of a build, checked against what there is (no Qt)."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from modeldesk.core.build.model import BuildRequest
from modeldesk.core.build.plan import BuildPlan, repository_for, taken_tags
from modeldesk.core.build.secret import Secret
from modeldesk.core.channel_rule import ChannelRule
from modeldesk.core.channels.rules import broken_when_built
from modeldesk.core.errors import InvalidInput, InvalidReference
from modeldesk.core.ids import ModelName
from modeldesk.core.labels import DATASET_VERSION_LABEL, METRICS_LABEL
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.recipes.dockerfile import Recipe
from modeldesk.core.references import Reference
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.git_tags import check_tag_name, tag_message
from modeldesk.core.versioning.names import Scheme, check_version, tag_of
from modeldesk.core.versioning.proposals import ProposedVersion
from modeldesk.core.words import tr
from modeldesk.ui.build.names import Taken, check_also_field, check_tag_field, split_tags


class Entry(Enum):
    """The fields that can be wrong."""

    TAG = "tag"
    ALSO = "also"
    CHANNEL = "channel"
    MODEL = "model"
    REPOSITORY = "repository"
    METRIC = "metric"
    GIVEN = "given"
    """An argument or a secret, which says itself what is wrong with it."""
    GIT_TAG = "git tag"


@dataclass(frozen=True, slots=True)
class Recipes:
    """The Dockerfiles to choose from: the folder's own, proposed ones, or both."""

    own: bool
    proposed: tuple[Recipe, ...]
    """One for each number of stages that makes sense; the first is preferred."""

    def in_stages(self, stages: Stages | None) -> Recipe | None:
        """The proposed one in `stages`, else the preferred one, if there is any."""
        found = [one for one in self.proposed if one.stages is stages]
        return next(iter((*found, *self.proposed)), None)


@dataclass(frozen=True, slots=True)
class Draft:
    """Every choice of the form, as it stands. Texts are stripped."""

    tag: str
    also: str
    """As typed: none, one, or several tags."""
    channel: str
    """Empty for none."""
    model: str
    repository: str
    metrics: Mapping[str, str] = field(default_factory=dict)
    """As typed."""
    dataset_version: str = ""
    recipe: Recipe | None = None
    """What is proposed, when that is to be used in place of the folder's own."""
    dockerfile: str | None = None
    """The edited text; None while nothing was edited."""
    dockerignore: str | None = None
    """Likewise."""
    no_cache: bool = False
    build_args: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    git_tag: str = ""
    """Empty for none."""
    git_message: str = ""


def first_draft(plan: BuildPlan) -> Draft:
    """What the plan proposes."""
    return Draft(
        tag=plan.versions[plan.scheme].tag,
        also=also_tag(plan.versions, plan.scheme),
        channel="",
        model=plan.model,
        repository=plan.repository.name,
        metrics={name: _written(value) for name, value in plan.folder.metrics.items()},
        dataset_version=plan.folder.dataset_version,
        recipe=plan.recipe,
    )


def also_tag(versions: Mapping[Scheme, ProposedVersion], scheme: Scheme) -> str:
    """A second name for the version: its commit, where that is known and not its name already."""
    return "" if scheme is Scheme.COMMIT else versions[Scheme.COMMIT].tag


def repository_of(model: str, snapshot: LibrarySnapshot, settings: Settings) -> str:
    """Where versions of another model would belong; empty when no name follows from it."""
    try:
        return repository_for(ModelName(model), snapshot, settings, None).name
    except InvalidReference:
        return ""


def taken_by(draft: Draft, snapshot: LibrarySnapshot, plan: BuildPlan) -> Taken:
    """Every tag that the model or the repository has; of the model alone when the repository's
    name is none."""
    try:
        repository = Reference.parse(draft.repository)
    except InvalidReference:
        repository = Reference("", "")
    here = frozenset(taken_tags(snapshot, ModelName(draft.model), repository))
    own = repository.name == plan.repository.name
    return Taken(here, plan.elsewhere if own else frozenset())


def problems(draft: Draft, taken: Taken) -> dict[Entry, str]:
    """A sentence for each field that can't be used as it is."""
    found: dict[Entry, str] = {}
    for entry, check in (
        (Entry.TAG, lambda: check_tag_field(draft.tag, taken)),
        (Entry.ALSO, lambda: check_also_field(draft.also, taken)),
        (Entry.MODEL, lambda: _check_model(draft)),
        (Entry.REPOSITORY, lambda: _check_repository(draft)),
        (Entry.METRIC, lambda: _numbers(draft)),
        (Entry.GIT_TAG, lambda: _check_git_tag(draft)),
    ):
        try:
            check()
        except InvalidInput as error:
            found[entry] = str(error)
    return found


def rule_problem(plan: BuildPlan, draft: Draft, rules: Mapping[str, ChannelRule]) -> str:
    """Why the version may not get the channel that is chosen; empty where it may."""
    rule = rules.get(draft.channel)
    if not draft.channel or rule is None:
        return ""
    try:
        labels = _labels(plan, draft)
    except InvalidInput:
        # Which is told by the metric itself.
        return ""
    broken = broken_when_built(draft.tag, labels, rule)
    if not broken:
        return ""
    hint = tr("Move it in the library afterwards, where a rule can be overruled with a reason.")
    return " ".join((*(one.why for one in broken), hint))


def request_for(plan: BuildPlan, draft: Draft) -> BuildRequest:
    """What to build. Raises `InvalidInput` where `problems` has a sentence."""
    check_version(tag_of(draft.tag))
    further = [*split_tags(draft.also), *filter(None, [draft.channel])]
    proposed = draft.recipe
    text = draft.dockerfile
    if text is None and proposed is not None:
        text = proposed.dockerfile
    ignore = draft.dockerignore
    if ignore is None and proposed is not None:
        ignore = proposed.dockerignore or None
    request = plan.request(
        draft.tag,
        further,
        model=ModelName(draft.model),
        repository=Reference.parse(draft.repository),
        dockerfile=text,
        dockerignore=ignore,
        no_cache=draft.no_cache,
    )
    message = draft.git_message or tag_message(draft.model, draft.tag)
    return replace(
        request,
        labels=_labels(plan, draft),
        texts=plan.texts_with(proposed),
        choice=proposed.choice if proposed is not None else None,
        build_args=draft.build_args,
        secrets=draft.secrets,
        git_tag=draft.git_tag,
        git_message=message if draft.git_tag else "",
    )


def _labels(plan: BuildPlan, draft: Draft) -> dict[str, str]:
    metrics = _numbers(draft)
    labels = dict(plan.labels)
    labels[DATASET_VERSION_LABEL] = draft.dataset_version
    labels[METRICS_LABEL] = json.dumps(metrics, sort_keys=True) if metrics else ""
    return {name: value for name, value in labels.items() if value}


def _check_model(draft: Draft) -> None:
    if not draft.model:
        raise InvalidInput(tr("The model has no name."))


def _check_repository(draft: Draft) -> None:
    name = Reference.parse(draft.repository)
    if name.tag or name.digest:
        raise InvalidReference(
            tr("The repository is written without a tag."), tr("The tag has its own field.")
        )


def _check_git_tag(draft: Draft) -> None:
    if draft.git_tag:
        check_tag_name(draft.git_tag)


def _numbers(draft: Draft) -> dict[str, float]:
    numbers = {}
    for name, text in draft.metrics.items():
        if not text:
            continue
        try:
            numbers[name] = number_of(text)
        except ValueError as error:
            raise InvalidInput(tr("“{text}” is not a number.", text=text)) from error
    return numbers


def _written(value: float) -> str:
    """A number as it is typed; whole ones and others are told apart."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.15g}"
    return f"{text}.0" if text.lstrip("-").isdecimal() else text


def number_of(text: str) -> float:
    """What was typed; whole numbers as such. Raises `ValueError` for all that a JSON document
    can't have."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
