"""How long hostile texts of a megabyte are checked: each shape that could make a rule look at
everything for everything. ``python -m tests.benchmarks.lint``.
"""

import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.model import Report
from modeldesk.core.lint.service import Linter
from modeldesk.core.model_folder.listing import Listing
from modeldesk.core.model_folder.model import FileEntry

SIZE = 1_000_000
_FROM = "FROM python:3.11-slim\n"


def _filled(unit: str, begin: str = "", end: str = "") -> str:
    return begin + unit * ((SIZE - len(begin) - len(end)) // len(unit)) + end


def _numbered(unit: str, begin: str = "") -> str:
    """`unit` again and again, with another number each time."""
    count = SIZE // (len(unit.format(n=0)) + 5)
    return begin + "".join(unit.format(n=number) for number in range(count))


def dockerfiles() -> Mapping[str, str]:
    """Dockerfiles by what they are full of."""
    run, copy = f"{_FROM}RUN ", f"{_FROM}COPY "
    return {
        "one long word": _filled("a"),
        "one long RUN": _filled("a", run),
        "blanks": _filled(" ", run, "x"),
        "blank lines": _filled("\n", _FROM),
        "tabs and blanks": _filled(" \t", run, "x"),
        "short lines": _filled("RUN true\n", _FROM),
        "unknown words": _numbered("a{n} b\n"),
        "near words": _filled("COYP a b\n", _FROM),
        "bare words": _filled("RUN\n", _FROM),
        "comments": _filled("# comment\n", _FROM),
        "pragmas": _numbered("# hadolint ignore=DL{n}\n", _FROM) + "RUN pip install a\n",
        "pragmas, global": _numbered("# hadolint global ignore=DL{n}\n", _FROM)
        + "RUN pip install a\n" * 100,
        "one pragma of many rules": f"{_FROM}# hadolint ignore={'DL3008,' * 140_000}\nRUN a\n",
        "continued lines": _filled("a \\\n", run),
        "continued installs": _filled("&& pip install a \\\n", f"{run}true \\\n"),
        "continued comments": _filled("# a\n", f"{run}true \\\n"),
        "continued blank lines": _filled("\n", f"{run}true \\\n"),
        "backslashes": _filled("\\", run),
        "FROMs": _numbered("FROM a{n}\n"),
        "FROMs, each of the one before": _FROM.replace("\n", " AS s0\n")
        + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(45_000)),
        "FROMs of one": f"{_FROM.strip()} AS s\n" + "FROM s AS t\n" * 80_000,
        "FROM alpine and RUN": _filled("FROM alpine:3\nRUN apk add a\n"),
        "COPY --from": f"{_FROM.strip()} AS s\nFROM alpine:3\n"
        + "COPY --from=s /usr/local /usr/local\n" * 27_000,
        "COPY --from beside pip": f"{_FROM.strip()} AS s\n"
        + "RUN pip install --target=/x a\n" * 17_000
        + "FROM alpine:3\n"
        + "COPY --from=s /y /y\n" * 20_000,
        "COPY --from of 1,000 stages": "".join(
            f"FROM python:3.11-slim AS s{n}\n" for n in range(1_000)
        )
        + "FROM alpine:3\n"
        + "".join(f"COPY --from=s{n % 1000} /opt /opt\n" for n in range(30_000)),
        "COPY of many": _filled("a ", copy),
        "COPYs": _filled("COPY a b\n", _FROM),
        "COPYs of everything": _filled("COPY . .\n", f"{_FROM}WORKDIR /app\n"),
        "COPYs and pips": _filled("COPY . .\nRUN pip install a\n", f"{_FROM}WORKDIR /app\n"),
        "COPYs and chowns": f"{_FROM}WORKDIR /app\n"
        + "COPY a /app\n" * 40_000
        + "RUN chown -R a /b\n" * 28_000,
        "one chown of many": f"{_FROM}" + "COPY a b\n" * 300 + f"RUN chown -R a {'/b ' * 300_000}",
        "deep targets": f"{_FROM}COPY a {'b/' * 490_000}\n",
        "targets up": f"{_FROM}COPY a {'../' * 330_000}\n",
        "ADDs": _filled("ADD a b\n", _FROM),
        "flags": _filled("--a=b ", run, "x"),
        "mounts": _filled("--mount=type=cache,target=/a ", run, "pip install a"),
        "one mount": _filled("a=b,", f"{run}--mount=", " pip install a"),
        "quotes": _filled('"', run),
        "single quotes": _filled("'", run),
        "quotes in quotes": _filled("\"'", run),
        "escaped quotes": _filled('\\"', f'{run}"'),
        "open quotes": _filled('"a ', run),
        "substitutions": _filled("$(", run),
        "substitutions, closed": _filled("$(a)", run),
        "braces": _filled("${", run),
        "back quotes": _filled("`a", run),
        "hashes": _filled("#", run),
        "words and hashes": _filled("a#", run),
        "dollars": _filled("$", run),
        "digits": _filled("1", run),
        "redirections": _filled("1>", run),
        "operators": _filled("&&", run),
        "commands": _filled("a;", run),
        "assignments": _filled("a=b ", run),
        "sudo": _filled("sudo ", run),
        "pip installs": _filled("pip install a;", run),
        "pip installs of much": _filled("a ", f"{run}pip install "),
        "pip install of a long name": _filled("a", f"{run}pip install "),
        "pip install, many values": _filled("-r a ", f"{run}pip install "),
        "apt installs": _filled("apt-get install a;", run),
        "apt updates": _filled("RUN apt-get update\nRUN apt-get install a\n", _FROM),
        "apt update, much else": _filled("a;", f"{run}apt-get update;"),
        "apt updates in one": _filled("apt-get update;", run),
        "apk adds": _filled("apk add a;", run),
        "apk adds with a mount": _filled(
            "apk add a;", f"{run}--mount=type=cache,target=/var/cache/apk "
        ),
        "pip caches": _filled("pip install a; rm /a;", run),
        "-y": _filled("q", f"{run}apt-get install -", " a"),
        "useradds": _filled("useradd -u 10000 a;", run),
        "-R": _filled("R", f"{run}chown -", "! a /b"),
        "here-documents": _filled("<<a ", run),
        "one here-document": _filled("pip install a\n", f"{run}<<EOF\n", "EOF\n"),
        "short here-documents": _filled("RUN <<A\na\nA\n", _FROM),
        "open here-document": _filled("a\n", f"{run}<<EOF\n"),
        "COPY of here-documents": _filled("<<a ", copy, "b"),
        "JSON": _filled('"a", ', f"{_FROM}CMD [", '"a"]'),
        "deep JSON": _filled("[", f"{_FROM}CMD "),
        "CMDs": _filled("CMD a b\n", _FROM),
        "CMD, broken": _filled("a ", f"{_FROM}CMD ", "!"),
        "ENV": _filled("a=b ", f"{_FROM}ENV "),
        "ENVs": _filled("ENV a b\n", _FROM),
        "ENV, long": _filled("a", f"{_FROM}ENV PASSWORD="),
        "ENV of addresses": _filled("://a:", f"{_FROM}ENV A=http"),
        "ENV names": _filled("A_", f"{_FROM}ENV ", "=1"),
        "secrets": _numbered("ENV PASSWORD{n}=secret\n", _FROM),
        "ARGs": _numbered("ARG a{n}=b\n"),
        "ARGs of each other": "ARG a0=abcdefgh\n"
        + "".join(f"ARG a{n + 1}=${{a{n}}}${{a{n}}}\n" for n in range(35_000))
        + "FROM $a30000\n",
        "one ARG of variables": _filled("${a}", "ARG a=b\nARG c=", "\nFROM $c\n"),
        "FROM variables": _filled("${a", "FROM "),
        "FROM words": _filled("a ", "FROM "),
        "FROM, long": _filled("a/", "FROM "),
        "WORKDIRs": _filled("WORKDIR a\n", _FROM),
        "one WORKDIR": _filled("a/", f"{_FROM}WORKDIR "),
        "WORKDIRs up": _filled("WORKDIR ../a\n", _FROM),
        "USERs": _filled("USER a\n", _FROM),
        "USER words": _filled("a ", f"{_FROM}USER "),
        "EXPOSEs": _filled("EXPOSE 80\n", _FROM),
        "HEALTHCHECKs": _filled("HEALTHCHECK NONE\n", _FROM),
        "directives": _filled("# a=b\n"),
        "one directive": _filled(" ", "#", "a"),
        "escape, spread": "# escape=`\n" + _filled("a `\n", run),
        "carriage returns": _filled("RUN a\r\n", _FROM),
        "no-break spaces": _filled("\xa0", run),
        "not ASCII": _filled("é ", run),
        "silenced libraries": "# hadolint global ignore=mixed-libc\n"
        + "".join(f"FROM python:3.11-slim AS s{n}\n" for n in range(900))
        + "FROM alpine:3\n"
        + "COPY --from=s1 /opt /opt\n" * 1_500,
        "COPY of stars": _numbered("COPY *{n}* b\n", _FROM),
        "COPY of many stars": _numbered("COPY *?*?*?*?*?*{n}* b\n", _FROM),
        "COPY of folders": _numbered("COPY folder{n} b\n", _FROM),
    }


def ignore_files() -> Mapping[str, str]:
    """.dockerignore files by what they are full of."""
    return {
        "one long name": _filled("a"),
        "stars": _filled("*"),
        "stars and names": _filled("*a"),
        "deep stars": _filled("**/"),
        "deep names": _filled("a/"),
        "up": _filled("../"),
        "question marks": _filled("?"),
        "brackets": _filled("["),
        "one class": _filled("a", "[", "]"),
        "ranges": _filled("a-z", "[", "]"),
        "classes": _filled("[a]"),
        "named classes": _filled("[[:a"),
        "backslashes": _filled("\\"),
        "braces": _filled("{a,b}"),
        "commas": _filled(",", "{", "}"),
        "hashes": _filled(" #"),
        "blanks": _filled(" ", "a", "b"),
        "exclamation marks": _filled("!"),
        "carriage returns": _filled("\r"),
        "short lines": _filled("a\n"),
        "lines": _numbered("a{n}\n"),
        "lines of stars": _numbered("*{n}*\n"),
        "lines of classes": _numbered("[a{n}]*\n"),
        "lines of many stars": _numbered("*a*b*c*d*{n}\n"),
        "long lines of many stars": _filled("*a" * 50 + "\n"),
        "exceptions": _numbered("!a{n}\n"),
        "exceptions with stars": _numbered("!*{n}*\n"),
        "lines and exceptions": _numbered("a{n}\n!a{n}\n"),
        "lines, then exceptions": _numbered("a{n}/*\n") + _numbered("!a{n}/b\n"),
        "comments": _filled("# a\n"),
        "comments behind": _filled("a # b\n"),
        "names of git": _filled("__pycache__\n"),
        "names of git, others": _numbered("*.log{n}\n"),
        "malformed": _filled("[\n"),
        "broken ends": _filled("[a" * 50 + "\n"),
        "remarks": _filled("x" * 100 + " # " + "y" * 90 + "\n"),
        "not ASCII": _filled("é*\n"),
        "exceptions in vain": "a\n" + "".join(f"!*q{n}*\n" for n in range(2_900)),
        "exceptions, many stars": "a\n" + "".join(f"!*a*b*c*d*{n}\n" for n in range(2_900)),
        "names in vain": "".join(f"*q{n}*\n" for n in range(2_900)),
        "names just not too many": "".join(f"*q{n}*\n" for n in range(298)),
        "exceptions, just not too many": "a\n" + "".join(f"!*q{n}*\n" for n in range(298)),
        "leftovers": "**/__pycache__\n!x\n" + "__pycache__\n" * 8_000,
    }


def folder() -> Listing:
    """A folder of 10,000 files, a hundred in each of a hundred folders."""
    return Listing(
        None,
        tuple(
            FileEntry(f"folder{outer}/part/a{inner}.py", 1_000)
            for outer in range(100)
            for inner in range(100)
        ),
    )


def checks(around: Listing | None) -> dict[str, Callable[[], Report]]:
    """Each check by its name."""
    linter, token = Linter(), CancelToken()
    found: dict[str, Callable[[], Report]] = {}
    for name, text in dockerfiles().items():
        found[f"Dockerfile: {name}"] = partial(linter.dockerfile, text, token, around, "a\n!b\n")
    for name, text in ignore_files().items():
        beside = f"{_FROM}COPY a* b c /d\n"
        found[f".dockerignore: {name}"] = partial(linter.dockerignore, text, token, around, beside)
    return found


def main() -> None:
    """Print what takes longer than a tenth of a second; all of it with ``all``."""
    least = 0.0 if "all" in sys.argv else 0.1
    for place, around in (("alone", None), ("in a folder of 10,000 files", folder())):
        print(place)
        worst = 0.0
        for name, check in checks(around).items():
            began = time.perf_counter()
            check()
            spent = time.perf_counter() - began
            worst = max(worst, spent)
            if spent >= least:
                print(f"  {name:<45} {spent:7.3f} s", flush=True)
        print(f"  worst {worst:.3f} s")


if __name__ == "__main__":
    main()
