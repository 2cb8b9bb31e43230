"""Start ModelDesk from a checkout: python3 packaging/run.py [FOLDER]. See --help."""

import sys

import newer_python

newer_python.require()

from launcher import main  # noqa: E402 - its syntax is that of the Python just asked for

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
