"""``modeldesk cleanup``: what could go; with ``--yes`` it goes."""

import argparse
from datetime import UTC, datetime

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.cli.values import at_least_one, days
from modeldesk.core.cleanup.candidates import Candidate, Reason, find_candidates
from modeldesk.core.cleanup.holds import needs_of
from modeldesk.core.cleanup.rules import KeepRules
from modeldesk.core.engine.model import BuildCache
from modeldesk.core.errors import Cancelled, EngineUnavailable
from modeldesk.core.keep_rule import KeepRule
from modeldesk.core.library.find import find_models
from modeldesk.core.library.labels import model_name
from modeldesk.core.library.removal import RemovalPlan
from modeldesk.core.library.removing import PRUNE_COMMAND, RemovalOutcome, RemovalRun
from modeldesk.core.text import size_text
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.description = (
        "List what could go and the bytes that would come back; with --yes it goes. Without "
        "--untagged, --deprecated, --keep and --older-than: all of it, by the keep rules of the "
        "settings. What is in use, or can be rolled back to, stays in any case."
    )
    parser.add_argument("--untagged", action="store_true", help="images without a name")
    parser.add_argument(
        "--deprecated", action="store_true", help="versions in the channel “deprecated”"
    )
    parser.add_argument(
        "--keep", type=at_least_one, metavar="N", help="versions beyond the newest N of a model"
    )
    parser.add_argument(
        "--older-than", type=days, metavar="30d", help="versions older than days (30d) or weeks"
    )
    parser.add_argument("--model", metavar="M", default="", help="only what is of this model")
    parser.add_argument(
        "--build-cache", action="store_true", help="empty the engine's build cache too"
    )
    parser.add_argument("--yes", action="store_true", help="remove what is listed")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """A dry run, unless ``--yes`` was given. Without the records of deployments nothing is
    offered: what they can go back to would not be known."""
    needs = needs_of(session.releases(), session.here())
    rules = _rules(arguments, KeepRules.of(session.parts.settings))
    snapshot = session.snapshot()
    cleanup = find_candidates(snapshot, needs, rules, datetime.now(UTC))
    if arguments.model and not any(_is_of(arguments.model, one) for one in cleanup.candidates):
        find_models(snapshot, arguments.model)
    shown = [one for one in cleanup.candidates if _is_meant(arguments, one)]
    plan = cleanup.plan(shown)
    cache = session.engine().build_cache()
    if not arguments.yes:
        return _dry_run(arguments, shown, plan, cache)
    run = RemovalRun(cleanup.planner, plan, empty_cache=arguments.build_cache)
    try:
        run(session.engine(), session.job)
    except (Cancelled, EngineUnavailable):
        session.job.log(_counted(run.outcome))
        raise
    return _done(shown, run.outcome, cache)


def _rules(arguments: argparse.Namespace, kept: KeepRules) -> KeepRules:
    """What was written takes the place of every rule; what was left out then keeps nothing."""
    if arguments.keep is None and arguments.older_than is None:
        return kept
    return KeepRules(KeepRule(arguments.keep or 1, arguments.older_than or 0))


def _is_meant(arguments: argparse.Namespace, candidate: Candidate) -> bool:
    if arguments.model and not _is_of(arguments.model, candidate):
        return False
    asked = {
        Reason.UNTAGGED: arguments.untagged,
        Reason.DEPRECATED: arguments.deprecated,
        Reason.OLD: arguments.keep is not None or arguments.older_than is not None,
    }
    return asked[candidate.reason] or not (any(asked.values()) or arguments.build_cache)


def _is_of(model: str, candidate: Candidate) -> bool:
    version = candidate.version
    return model in (version.key.model, model_name(version.labels))


def _dry_run(
    arguments: argparse.Namespace, shown: list[Candidate], plan: RemovalPlan, cache: BuildCache
) -> Answer:
    emptied = cache.own_bytes if arguments.build_cache else 0
    freed = None if plan.bytes_back is None else plan.bytes_back + emptied
    if not plan.removals and not arguments.build_cache:
        return Answer(_json(shown, freed, cache, dry_run=True), tuple(_nothing(shown)))
    lines = _table(shown) if shown else []
    if plan.command:
        lines += ["", plan.command]
    if arguments.build_cache:
        lines.append(PRUNE_COMMAND)
    lines.append(
        f"Dry run: {len(plan.removals)} would go, {_size(freed)} come back. Add --yes to remove."
    )
    held = min(plan.bytes_back or 0, cache.shared_bytes)
    if held and not arguments.build_cache:
        lines.append(
            f"Up to {size_text(held)} of that may be in the build cache too: what is comes back "
            "once it is emptied (--build-cache)."
        )
    return Answer(_json(shown, freed, cache, dry_run=True), tuple(lines))


def _nothing(shown: list[Candidate]) -> list[str]:
    """That nothing goes, below what could but for what holds it."""
    if not shown:
        return [tr("There is nothing to clean up.")]
    return [*_table(shown), tr("There is nothing to clean up: all of it is held.")]


def _done(shown: list[Candidate], outcome: RemovalOutcome, cache: BuildCache) -> Answer:
    document = _json(shown, outcome.freed_bytes, cache, dry_run=False)
    document["removed"] = [
        {"image_id": one.version.key.image, "references": list(one.names), "image": one.image_goes}
        for one in outcome.removed
    ]
    document["failed"] = [
        {
            "image_id": one.removal.version.key.image,
            "references": list(one.removal.names),
            "error": str(one.error),
        }
        for one in outcome.failed
    ]
    document["kept_by_build_cache"] = outcome.kept_by_cache
    is_idle = not (outcome.removed or outcome.failed or outcome.cache_bytes)
    lines = _nothing(shown) if is_idle else [_counted(outcome)]
    if outcome.kept_by_cache:
        lines.append(
            f"The build cache keeps {size_text(outcome.kept_by_cache)}: "
            "modeldesk cleanup --build-cache --yes"
        )
    lines += [f"{one.removal.version.name}: {one.error}" for one in outcome.failed]
    return Answer(document, tuple(lines), ExitCode.FAILED if outcome.failed else ExitCode.DONE)


def _counted(outcome: RemovalOutcome) -> str:
    refused = f", {len(outcome.failed)} refused" if outcome.failed else ""
    return f"{len(outcome.removed)} removed{refused}, {_size(outcome.freed_bytes)} freed."


def _table(shown: list[Candidate]) -> list[str]:
    rows = [
        (
            one.version.key.model or "<untagged>",
            one.version.name,
            size_text(one.version.size_bytes),
            size_text(one.version.sizes.unique_bytes) if one.version.sizes else "?",
            one.reason.value,
            f"stays: {one.locked}" if one.locked else one.why,
        )
        for one in shown
    ]
    return table(("MODEL", "VERSION", "SIZE", "UNIQUE", "REASON", ""), rows, "  rr")


def _json(
    shown: list[Candidate], freed: int | None, cache: BuildCache, *, dry_run: bool
) -> dict[str, Json]:
    return {
        "candidates": [
            {
                "image_id": one.version.key.image,
                "model": one.version.key.model,
                "references": [str(reference) for reference in one.version.references],
                "reason": one.reason.value,
                "locked": one.locked,
                "size_bytes": one.version.size_bytes,
            }
            for one in shown
        ],
        "freed_bytes": freed,
        "dry_run": dry_run,
        "removed": [],
        "failed": [],
        "build_cache": {"own_bytes": cache.own_bytes, "shared_bytes": cache.shared_bytes},
        "kept_by_build_cache": 0,
    }


def _size(amount: int | None) -> str:
    return "an unknown amount" if amount is None else size_text(amount)
