"""What is done when a script of this folder is started with a Python that is too old.

Kept to a syntax that Python 3.6 reads, because that Python is the one that reads it.
"""

import os
import shutil
import sys

OLDEST = (3, 11)
TRIED = ("python3.11", "python3.12", "python3.13", "python3.14")


def require():
    # type: () -> None
    """Return on a Python that is new enough; else go on with one that is, or say what to do."""
    if sys.version_info >= OLDEST:
        return
    for name in TRIED:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *sys.argv])
    this = f"{sys.version_info[0]}.{sys.version_info[1]}"
    sys.stderr.write(
        f"ModelDesk needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is Python {this}.\n"
        "Install a newer one (on Debian and Ubuntu: apt install python3 python3-venv; elsewhere "
        "from https://www.python.org/downloads/), then run this again with it.\n"
    )
    sys.exit(2)
