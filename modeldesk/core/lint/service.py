"""Checks Dockerfiles and .dockerignore files."""

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.errors import LintFailed
from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.extent import checked_part
from modeldesk.core.lint.ignore_rules import contents, forms
from modeldesk.core.lint.ignore_rules.effects import outcome
from modeldesk.core.lint.ignore_rules.lines import scene_of
from modeldesk.core.lint.merge import merged
from modeldesk.core.lint.model import Effect, Finding, Report
from modeldesk.core.lint.ports import OtherLinter
from modeldesk.core.lint.pragmas import silence_in
from modeldesk.core.lint.rules import (
    bases,
    copies,
    python,
    secrets,
    sources,
    starting,
    syntax,
    system,
    users,
)
from modeldesk.core.lint.scene import Scene
from modeldesk.core.model_folder.listing import Listing
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.words import tr

log = logging.getLogger(__name__)

_MOST = 500
_MOST_OF_A_RULE = 100
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}

RULES: tuple[Callable[[Scene], Iterator[Finding]], ...] = (
    syntax.faults,
    bases.moving_tags,
    bases.mixed_systems,
    bases.mixed_pythons,
    system.without_yes,
    system.recommended,
    system.lists_left,
    system.update_apart,
    system.unpinned,
    system.apk_cache,
    python.unpinned,
    python.cache_left,
    copies.without_workdir,
    copies.code_before_dependencies,
    copies.owner_changed,
    copies.add_for_copy,
    users.sparse_logs,
    starting.not_json,
    secrets.secrets_in_variables,
    sources.missing_sources,
)
"""What Dockerfiles are held against, as far as they are checked."""
RULES_OF_THE_WHOLE: tuple[Callable[[Scene], Iterator[Finding]], ...] = (
    python.user_packages,
    users.root_at_last,
    starting.no_healthcheck,
)
"""Those that ask what the image is at last: of a part of a file they would tell what is not so."""


class Linter:
    """Safe to use from several threads."""

    def __init__(self, other: OtherLinter | None = None) -> None:
        """`other` is asked too."""
        self._other = other

    def dockerfile(
        self,
        text: str,
        token: CancelToken,
        around: Listing | None = None,
        ignore: str = "",
    ) -> Report:
        """The findings of a Dockerfile, with those of another linter if there is one. `around`
        is the folder that is built, and `ignore` its .dockerignore. Raises `Cancelled`."""
        dockerfile, behind = checked_part(text)
        token.raise_if_cancelled()
        scene = Scene(dockerfile, around, ignore, whole=not behind)
        silence = silence_in(dockerfile)
        own: list[Finding] = []
        cut = False
        for rule in RULES if behind else (*RULES, *RULES_OF_THE_WHOLE):
            token.raise_if_cancelled()
            found = list(islice(silence.heard(rule(scene)), _MOST_OF_A_RULE + 1))
            cut = cut or len(found) > _MOST_OF_A_RULE
            own += found[:_MOST_OF_A_RULE]
        others, notes = self._others(text, token)
        return _report(merged(own, others, dockerfile), cut, [*_unchecked(behind), *notes])

    def dockerignore(
        self,
        text: str,
        token: CancelToken,
        around: Listing | None = None,
        dockerfile: str = "",
    ) -> Report:
        """The findings of a .dockerignore for the folder `around`, beside its Dockerfile, and
        what it keeps out of it. Raises `Cancelled`."""
        scene = scene_of(text, around, dockerfile)
        notes = []
        if not scene.whole:
            notes += _unchecked(len(scene.lines) + 1)
        result = outcome(scene, token)
        if around is not None and result is None:
            notes.append(tr("There are too many lines and files to say what is kept out."))
        found: list[Finding] = []
        cut = False
        for rule in (
            forms.malformed(scene),
            forms.comments_behind(scene),
            forms.indented_comments(scene),
            forms.braces(scene),
            forms.outside(scene),
            forms.backslashes(scene),
            forms.twice(scene),
            contents.without_effect(scene, result),
            contents.only_at_top(scene, result),
            contents.keeps_sources(scene, result),
            contents.keeps_weights(scene, result),
            contents.missing(scene, result),
        ):
            token.raise_if_cancelled()
            some = list(islice(rule, _MOST_OF_A_RULE + 1))
            cut = cut or len(some) > _MOST_OF_A_RULE
            found += some[:_MOST_OF_A_RULE]
        return _report(found, cut, notes, result.effect if result else None)

    def _others(self, text: str, token: CancelToken) -> tuple[tuple[Finding, ...], list[str]]:
        if self._other is None:
            return (), []
        try:
            return self._other.findings(text, token) or (), []
        except LintFailed as error:
            log.info("%s %s", error, error.detail)
            return (), [str(error)]


def _unchecked(line: int) -> list[str]:
    """Says from which line on nothing was checked, if there is one."""
    if not line:
        return []
    return [tr("The text is too long: from line {line} on it is not checked.", line=line)]


def _report(
    findings: Iterable[Finding],
    cut: bool,
    notes: list[str],
    effect: Effect | None = None,
) -> Report:
    ordered = sorted(
        findings, key=lambda one: (one.span.line, one.span.start, _ORDER[one.severity], one.rule)
    )
    return Report(tuple(ordered[:_MOST]), cut or len(ordered) > _MOST, tuple(notes), effect)


def is_ignore_file(name: str) -> bool:
    """Whether a file of this name is a .dockerignore: the folder’s, or a Dockerfile’s own."""
    return name.endswith(DOCKERIGNORE)
