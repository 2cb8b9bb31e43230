"""Why a build failed: the builders' words, which differ by builder and version, as sentences."""

import re

from modeldesk.adapters.docker_engine.build_progress import Progress
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.errors import refusal, unavailable
from modeldesk.adapters.docker_engine.events import ping
from modeldesk.core.errors import (
    BuildFailed,
    DiskFull,
    EngineError,
    EngineUnavailable,
    ModelDeskError,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.words import tr

_SHOWN_LINES = 30
_PREFIXES = re.compile(
    r"(?:failed to solve(?: with frontend \S+)?|failed to create LLB definition|"
    r"rpc error: code = \w+ desc =|process \".*?\" did not complete successfully): ?"
)
_PARSE = re.compile(r"dockerfile parse error (?:on )?line (\d+): (.+)", re.IGNORECASE | re.DOTALL)
_EXIT = re.compile(
    r"returned a non-zero code: (\d+)|exit code: (\d+)|exit status (\d+)", re.IGNORECASE
)
_MISSING = re.compile(
    r"excluded by \.dockerignore: stat ([^:]+): |\"(/[^\"]+)\":? not found|"
    r"(?:COPY|ADD) failed: (?:lstat|stat) ([^:]+): no such file"
)
_STOPPING = re.compile(
    r"daemon is shutting down|client connection is closing|transport is closing|"
    r"graceful.?stop|context canceled|shutdown in progress",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(r"secret ([\w.-]+): not found")
_BAD_NAME = re.compile(r"(?:stage name \"([^\"]*)\": )?invalid reference format")
_FROM_FLAG = re.compile(r"invalid from flag value ([^\s:]+(?::[^\s:]+)?): ")
_NETWORK = re.compile(
    r"no such host|connection refused|i/o timeout|timeout exceeded|network is unreachable|"
    r"TLS handshake|x509|server misbehaving|deadline exceeded|no route to host",
    re.IGNORECASE,
)
_DENIED = re.compile(r"denied|unauthorized|authentication required|forbidden", re.IGNORECASE)


def failure(words: str, progress: Progress) -> ModelDeskError:
    """The error for `words`, by which the engine ended a build."""
    words = words.strip()
    last = "\n".join(progress.last_lines(_SHOWN_LINES))
    # A step that finds the disk full may say so itself, and only fail for the builder.
    for said in (words, f"{last}\n{words}"):
        refused = refusal(500, said)
        if isinstance(refused, DiskFull):
            return refused
    if _STOPPING.search(words):
        return unavailable(words)
    plain = _plain(words)
    return (
        _about_dockerfile(plain, words)
        or _about_base(plain, words, progress)
        or _about_step(plain, words, progress)
    )


def understood(connection: Connection, words: str, progress: Progress) -> ModelDeskError:
    """What the engine meant. One that is being stopped fails what it builds with words that say
    anything but that; yet it takes no new connection any more."""
    try:
        ping(connection, CancelToken())
    except EngineUnavailable as error:
        return EngineUnavailable(error.message, error.hint, words)
    return failure(words, progress)


def stopped(progress: Progress) -> EngineError:
    """The builder fell silent without an image and without an error."""
    return unavailable("\n".join(progress.last_lines(_SHOWN_LINES)))


def _about_dockerfile(plain: str, words: str) -> BuildFailed | None:
    if match := _PARSE.search(plain):
        line = int(match[1])
        return BuildFailed(
            tr(
                "Line {line} of the Dockerfile can't be understood: {why}",
                line=line,
                why=_sentence(match[2]),
            ),
            tr("Correct the line, then build again."),
            words,
            line=line,
        )
    if "Dockerfile" in plain and "cannot be empty" in plain:
        return BuildFailed(
            tr("The Dockerfile is empty."), tr("Begin it with FROM and a base image."), words
        )
    if "no build stage in current context" in plain or "no FROM statement found" in plain:
        return BuildFailed(
            tr("The Dockerfile has an instruction before its first FROM."),
            tr("Begin it with FROM and a base image."),
            words,
        )
    if "no active session" in plain:
        return BuildFailed(
            tr("The Dockerfile asks for a secret, an SSH key or a sign-in that can't be given."),
            tr("Pull the base image first, and build without secrets."),
            words,
        )
    if match := _NO_SECRET.search(plain):
        return BuildFailed(
            tr(
                "The Dockerfile asks for the secret “{name}”, which the build was not given.",
                name=match[1],
            ),
            tr("Give the build a secret of that id, or correct the id in the Dockerfile."),
            words,
        )
    return None


def _about_base(plain: str, words: str, progress: Progress) -> BuildFailed | None:
    step = progress.failing.name if progress.failing else ""
    bad_name, flag = _BAD_NAME.search(plain), _FROM_FLAG.match(plain)
    base = (bad_name and bad_name[1]) or (flag and flag[1]) or progress.wanted_base
    if not base or _EXIT.search(plain):
        return None
    if bad_name:
        return BuildFailed(
            tr("“{base}” after FROM is not an image name.", base=base),
            tr("Use lower-case letters, digits, and . _ - / between them."),
            words,
            step=step,
        )
    if _NETWORK.search(plain):
        message = tr(
            "The base image “{base}” is not on this engine, and its registry can't be reached.",
            base=base,
        )
        hint = tr("Check the name for a typing mistake and the network, or pull or load it first.")
    elif _DENIED.search(plain):
        message = tr(
            "The base image “{base}” does not exist in its registry, or needs a sign-in.",
            base=base,
        )
        hint = tr("Check the name for a typing mistake, or sign in with docker login and pull it.")
    else:
        message = tr("The base image “{base}” could not be found.", base=base)
        hint = tr("Check its name and tag for a typing mistake, or pull or load it first.")
    return BuildFailed(message, hint, words, step=step, base=base)


def _about_step(plain: str, words: str, progress: Progress) -> BuildFailed:
    failing = progress.failing
    step = failing.name if failing else ""
    detail = "\n".join((*progress.last_lines(_SHOWN_LINES), words))
    if match := _MISSING.search(plain):
        path = next(filter(None, match.groups()), "").strip().lstrip("/")
        return BuildFailed(
            tr("“{path}” is not in the folder, or .dockerignore keeps it out.", path=path),
            tr("Check the path after COPY or ADD; it is relative to the folder."),
            detail,
            step=step,
        )
    if match := _EXIT.search(plain):
        code = next(filter(None, match.groups()))
        return BuildFailed(
            tr("“{step}” failed with exit code {code}.", step=step, code=code)
            if step
            else tr("A step failed with exit code {code}.", code=code),
            tr("Its last lines say why."),
            detail,
            step=step,
        )
    return BuildFailed(
        tr("The build failed at “{step}”: {why}", step=step, why=_sentence(plain))
        if step
        else tr("The build failed: {why}", why=_sentence(plain)),
        "",
        detail,
        step=step,
    )


def _plain(words: str) -> str:
    """Without the names of the builder's own parts."""
    return _PREFIXES.sub("", words) or words


def _sentence(words: str) -> str:
    line = next((line.strip() for line in words.splitlines() if line.strip()), "")
    return line if line.endswith((".", "!", "?")) else f"{line}."
