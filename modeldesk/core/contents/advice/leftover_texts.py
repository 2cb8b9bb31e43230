"""What is said of each kind of leftover, and what to do about it."""

from collections.abc import Callable

from modeldesk.core.contents.advice.model import Remedy, Subject
from modeldesk.core.words import tr

Said = tuple[str, str, Remedy]
"""Title, explanation, remedy."""


def said_of(subject: Subject) -> Said:
    """In the language in use."""
    return _SAID[subject]()


def _apt_cache() -> Said:
    return (
        tr("Package lists and archives of apt"),
        tr("apt keeps what it downloaded. Nothing in a container reads it again."),
        Remedy(
            tr("Remove the lists in the RUN instruction that fetched them."),
            (
                "RUN apt-get update \\",
                "    && apt-get install -y --no-install-recommends PACKAGES \\",
                "    && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb",
            ),
        ),
    )


def _apk_cache() -> Said:
    return (
        tr("Package index and archives of apk"),
        tr("apk keeps what it downloaded. Nothing in a container reads it again."),
        Remedy(tr("Let apk work without a cache."), ("RUN apk add --no-cache PACKAGES",)),
    )


def _dnf_cache() -> Said:
    return (
        tr("Package lists and archives of dnf"),
        tr("dnf keeps what it downloaded. Nothing in a container reads it again."),
        Remedy(
            tr("Clean up in the RUN instruction that installs."),
            ("RUN dnf install -y PACKAGES && dnf clean all && rm -rf /var/cache/dnf",),
        ),
    )


def _pip_cache() -> Said:
    return (
        tr("Downloads kept by pip"),
        tr("pip, uv and Poetry keep the packages they downloaded, beside those they installed."),
        Remedy(
            tr("Keep the cache outside the image with a cache mount, or install without one."),
            (
                "RUN --mount=type=cache,target=/root/.cache/pip \\",
                "    pip install -r requirements.txt",
                "# or:",
                "RUN pip install --no-cache-dir -r requirements.txt",
            ),
        ),
    )


def _conda_cache() -> Said:
    return (
        tr("Packages kept by conda"),
        tr("conda keeps every package it unpacked, beside those in the environment."),
        Remedy(
            tr("Clean up in the RUN instruction that installs."),
            ("RUN conda install -y PACKAGES && conda clean -afy",),
        ),
    )


def _npm_cache() -> Said:
    return (
        tr("Downloads kept by npm or Yarn"),
        tr("They keep the packages they downloaded, beside those in node_modules."),
        Remedy(
            tr("Keep the cache outside the image, and leave out what only builds need."),
            ("RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev",),
        ),
    )


def _build_tools() -> Said:
    return (
        tr("Build tools in the final image"),
        tr(
            "Compilers, headers and static libraries are needed to build packages, not to "
            "run them, and give an attacker something to work with."
        ),
        Remedy(
            tr("Build in one stage, and copy what was built into another."),
            (
                "FROM python:3.11 AS build",
                "RUN python -m venv /opt/venv",
                "RUN /opt/venv/bin/pip install -r requirements.txt",
                "",
                "FROM python:3.11-slim",
                "COPY --from=build /opt/venv /opt/venv",
                'ENV PATH="/opt/venv/bin:$PATH"',
            ),
        ),
    )


def _tests() -> Said:
    return (
        tr("Tests of dependencies"),
        tr("Packages bring their own tests along. Serving a model does not run them."),
        Remedy(
            tr(
                "Remove them in the RUN instruction that installs, and try the image "
                "afterwards: a few packages import theirs."
            ),
            (
                "RUN pip install --no-cache-dir -r requirements.txt \\",
                "    && find /usr/local/lib -type d -path '*-packages/*' \\",
                "       \\( -name test -o -name tests \\) -prune -exec rm -rf {} +",
            ),
        ),
    )


def _bytecode() -> Said:
    return (
        tr("Bytecode of dependencies"),
        tr(
            "Python can make these files from the sources. Without them the first start "
            "takes a little longer."
        ),
        Remedy(
            tr("Install without compiling."),
            (
                "ENV PYTHONDONTWRITEBYTECODE=1",
                "RUN pip install --no-cache-dir --no-compile -r requirements.txt",
            ),
        ),
    )


_SAID: dict[Subject, Callable[[], Said]] = {
    Subject.APT_CACHE: _apt_cache,
    Subject.APK_CACHE: _apk_cache,
    Subject.DNF_CACHE: _dnf_cache,
    Subject.PIP_CACHE: _pip_cache,
    Subject.CONDA_CACHE: _conda_cache,
    Subject.NPM_CACHE: _npm_cache,
    Subject.BUILD_TOOLS: _build_tools,
    Subject.TESTS: _tests,
    Subject.BYTECODE: _bytecode,
}
