"""A base image with everything, where the slim one of the same make would serve."""

import re
from collections.abc import Iterator

from modeldesk.core.contents.advice.model import Advice, Remedy, Scene, Subject
from modeldesk.core.contents.packages import Manager, Package, find_packages
from modeldesk.core.contents.view import FileView
from modeldesk.core.labels import BASE_NAME_LABEL
from modeldesk.core.words import tr

_SMALLEST = 100_000_000
_SLIM = """
adduser apt base-files base-passwd bash bsdutils ca-certificates coreutils dash debconf
debian-archive-keyring debianutils diffutils dpkg e2fsprogs findutils gcc-base gpgv grep
gzip hostname init-system-helpers libacl libapt-pkg libattr libaudit libaudit-common
libblkid libbz libc libc-bin libcap libcap-ng libcom-err libcrypt libdb libdebconfclient
libexpat libext2fs libffi libgcc-s libgcrypt libgdbm libgmp libgnutls libgpg-error
libhogweed libidn liblz liblzma libmd libmount libncursesw libnettle libnsl libp11-kit
libpam libpam-modules libpam-modules-bin libpam-runtime libpcre libproc libreadline
libseccomp libselinux libsemanage libsemanage-common libsepol libsmartcols libsqlite libss
libssl libstdc++ libsystemd libtasn libtinfo libtirpc libtirpc-common libudev libunistring
libuuid libxxhash libzstd login logsave mawk media-types mount ncurses-base ncurses-bin
netbase openssl openssl-provider-legacy passwd perl-base procps readline-common sed
sensible-utils sqv sysvinit-utils tar tzdata ubuntu-keyring usr-is-merged util-linux
util-linux-extra zlib
"""
"""What the slim images of Debian and Python have, without the versions in the names."""
_FULL = re.compile(r"(?P<name>[^:@]*)(?::(?P<tag>[^@]*))?(?:@.*)?")
_VERSIONED = {"PYTHON_VERSION": "python", "NODE_VERSION": "node", "RUBY_VERSION": "ruby"}


def full_base(scene: Scene, below: FileView | None) -> Iterator[Advice]:
    """At most one piece of advice. `below` is the base image's file system, if it has one."""
    if below is None:
        return
    slim = set(_SLIM.split())
    installed = [one for one in find_packages(below) if one.manager == Manager.DEBIAN]
    spare = [one for one in installed if _stem(one.name) not in slim]
    spare.sort(key=lambda one: (-(one.size_bytes or 0), one.name))
    size = sum(one.size_bytes or 0 for one in spare)
    if size < _SMALLEST:
        return
    yield Advice(
        Subject.FULL_BASE,
        tr("The full base image where the slim one may serve"),
        tr(
            "The base image brings compilers, headers and tools that serving a model seldom "
            "needs. The packages below would be missing in the slim one."
        ),
        size,
        (),
        0,
        Remedy(
            tr(
                "Start from the slim image, and install what the program really needs of the "
                "packages."
            ),
            (f"FROM {_slim_name(scene, installed)}",),
        ),
        tuple(f"{one.name} {one.version}".strip() for one in spare),
    )


def _stem(name: str) -> str:
    """A package's name without the version that libraries have in it."""
    if re.fullmatch(r"gcc-\d+-base", name):
        return "gcc-base"
    return re.sub(r"-?\d[\d.\-]*(?:t64|[a-z])?$", "", name.partition(":")[0])


def _slim_name(scene: Scene, installed: list[Package]) -> str:
    detail = scene.image.image.detail
    match = _FULL.fullmatch(detail.labels.get(BASE_NAME_LABEL, ""))
    if match and match["name"] and match["tag"] and "slim" not in match["tag"]:
        return f"{match['name']}:{match['tag']}-slim"
    for line in detail.config.environment:
        variable, _, version = line.partition("=")
        if variable in _VERSIONED and version:
            return f"{_VERSIONED[variable]}:{'.'.join(version.split('.')[:2])}-slim"
    files = next((one.version for one in installed if one.name == "base-files"), "")
    number = re.match(r"\d+", files)
    return f"debian:{number[0]}-slim" if number else "debian:stable-slim"
