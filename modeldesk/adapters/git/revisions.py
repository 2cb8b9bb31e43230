"""Finding commits and tags by what a person writes."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from modeldesk.adapters.git.command import GitCommand, GitFailed
from modeldesk.adapters.git.refusals import no_such, refused
from modeldesk.core.versioning.revisions import Revision, Revisions

_HEX = re.compile(r"[0-9a-f]{4,40}", re.ASCII)
_COMMIT = re.compile(rb"[0-9a-f]{40,64}")
_MOST_READ = 50_000
"""Tags that are looked at."""
_TAG_FORMAT = (
    "%(refname:strip=2)%00%(objectname)%00%(*objectname)%00%(creatordate:unix)%00"
    "%(contents:subject)"
)
_LONGEST = 1000


def find_commit(git: GitCommand, revision: str) -> str:
    """The full id of a commit. Raises `NoSuchRevision`."""
    # A tag may be called like an option; as a ref it is none.
    name = f"refs/tags/{revision}" if revision.startswith("-") else revision
    if not name or len(name) > _LONGEST or name[0] == "^" or any(c in name for c in "\0\n:{"):
        raise no_such(revision)
    answer = git.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    commit = answer.output.strip()
    if answer.status != 0 or not _COMMIT.fullmatch(commit):
        raise no_such(revision)
    return commit.decode()


def find_revisions(git: GitCommand, wanted: str, most: int) -> Revisions:
    """See `SourceControl.revisions`."""
    try:
        tags = list(_first(_tags(git, wanted), most + 1))
        commits = list(_first(_commits(git, wanted, most + 1), most + 1))
    except GitFailed as error:
        raise refused(git.folder, error.answer) from error
    more = len(tags) > most or len(commits) > most
    return Revisions(tuple(tags[:most]), tuple(commits[:most]), more)


def _first(found: Iterator[Revision], most: int) -> Iterator[Revision]:
    try:
        for number, one in enumerate(found, 1):
            yield one
            if number >= most:
                return
    finally:
        close = getattr(found, "close", None)
        if close is not None:
            close()


def _tags(git: GitCommand, wanted: str) -> Iterator[Revision]:
    lines = git.records(
        "for-each-ref", "--sort=-creatordate", f"--count={_MOST_READ}",
        f"--format={_TAG_FORMAT}", "refs/tags", end=b"\n",
    )  # fmt: skip
    for line in lines:
        fields = line.decode("utf-8", "replace").split("\0", 4)
        if len(fields) == 5 and _tag_matches(fields[0], wanted):
            name, own, peeled, when, subject = fields
            yield Revision(peeled or own, name, _time(when), subject[:_LONGEST])


def _tag_matches(name: str, wanted: str) -> bool:
    if any(c in wanted for c in "*?["):
        return fnmatchcase(name, wanted)
    return wanted.lower() in name.lower()


def _commits(git: GitCommand, wanted: str, most: int) -> Iterator[Revision]:
    if git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}").status != 0:
        return
    if _HEX.fullmatch(wanted):
        answer = git.run("rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}")
        starts = [answer.output.decode().strip()] if answer.status == 0 else []
        limits = ["--no-walk"]
    else:
        starts, limits = ["HEAD"], [f"--max-count={most}"]
        limits += ["--fixed-strings", "--regexp-ignore-case", f"--grep={wanted}"] if wanted else []
    if not starts or any(c in wanted for c in "*?["):
        return
    # Not “git log”, which by its settings asks other programs.
    lines = git.records("rev-list", *limits, "--format=%H%x09%ct%x09%s", *starts, "--", end=b"\n")
    for line in lines:
        commit, _, rest = line.decode("utf-8", "replace").partition("\t")
        when, _, subject = rest.partition("\t")
        if rest:
            yield Revision(commit, "", _time(when), subject[:_LONGEST])


def _time(seconds: str) -> datetime:
    """Dates in a repository may be any numbers."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
