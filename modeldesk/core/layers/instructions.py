"""What builders write into an image's history, turned back into what a Dockerfile says."""

import re
from enum import Enum
from functools import lru_cache

_SHELL = (
    r"(?:\S{0,200}/(?:ba|da|a|k|z)?sh(?: -(?!\w*c )\S+| pipefail){0,20} -\w*c"
    r"|cmd(?:\.exe)? /S /C|powershell(?:\.exe)?(?: -\S+){0,20}? -Command)"
)
_NOP = re.compile(rf"^{_SHELL} +#\(nop\) *(?P<text>.*)$", re.DOTALL | re.IGNORECASE)
_RUN = re.compile(
    rf"^(?:RUN +)?(?P<flags>(?:--\S+ +)*)(?:\|\d+ (?:.*? )?)?{_SHELL} +(?P<text>.*)$",
    re.DOTALL | re.IGNORECASE,
)
_RUN_ARGUMENTS = re.compile(r"^RUN +\|\d+ +(?:\w+=\S* +)*(?P<text>.*)$", re.DOTALL)
_BUILDKIT = "# buildkit"
_COPIED = re.compile(
    r"^(?P<word>COPY|ADD) (?P<flags>(?:--\S+ )*(?:--\S{0,300}?)?)(?:file|dir|multi):\S{0,200} in "
    r"(?P<to>.*)$",
    re.DOTALL,
)
"""The classic builder writes no blank between a flag and the digest of what was copied."""
_HEALTH = re.compile(r'^HEALTHCHECK &\{\[(?P<test>.*?)\](?: "| 0x|\}|$)', re.DOTALL)
_GO_LIST = re.compile(r"^(?P<word>EXPOSE|VOLUME) (?:map)?\[(?P<items>.*)\]$", re.DOTALL)
_QUOTED_NEXT = re.compile(r'(?<!\\)" "')
_STRING = re.compile(r'\\.|"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_BLANKS = re.compile(r"[ \t]{2,}|\t")
_WORD = re.compile(r"^(?P<word>[A-Za-z]+)(?:\s|$)")


LONGEST = 32_000
"""Characters of an instruction: more than of any script that a person keeps in a Dockerfile."""


class Effect(Enum):
    """What an instruction does to the file system."""

    MAY_ADD_LAYER = "may add a layer"
    METADATA = "metadata"
    UNKNOWN = "unknown"


_METADATA = frozenset(
    {
        "ARG",
        "CMD",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
    }
)
_LAYERS = frozenset({"RUN", "COPY", "ADD", "WORKDIR"})


@lru_cache(maxsize=4096)
def clean(created_by: str) -> str:
    """`created_by` as a line of a Dockerfile.

    Shell wrappers, build arguments (whose values may be nobody's business) and builders' marks
    go; copied files whose names the builder did not keep are written ``…``. Text that no
    Dockerfile builder wrote is left as it is; an empty one stays empty. Of a text longer than
    `LONGEST` only the beginning is taken.
    """
    text = created_by.rstrip().removesuffix(_BUILDKIT).strip()
    if len(text) > LONGEST:
        text = _BLANKS.sub(" ", text)
        text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    if match := _NOP.match(text):
        text = match["text"].strip()
    elif match := _RUN.match(text):
        text = f"RUN {match['flags']}{match['text'].strip()}"
    elif match := _RUN_ARGUMENTS.match(text):
        text = f"RUN {match['text'].strip()}"
    return _BLANKS.sub(" ", _tidy(text))


@lru_cache(maxsize=4096)
def word_of(instruction: str) -> str:
    """The instruction's keyword in capitals, empty when it begins with none of Docker's."""
    match = _WORD.match(instruction)
    word = match["word"] if match else ""
    return word if word in _METADATA or word in _LAYERS else ""


def effect_of(instruction: str) -> Effect:
    """Whether a cleaned `instruction` can have made a layer."""
    word = word_of(instruction)
    if word in _METADATA:
        return Effect.METADATA
    return Effect.MAY_ADD_LAYER if word else Effect.UNKNOWN


def _tidy(text: str) -> str:
    """Undo the notations of Go that the builders leave in some instructions."""
    if match := _COPIED.match(text):
        words = (match["word"], match["flags"].strip(), "…", match["to"].strip())
        return " ".join(filter(None, words))
    if match := _HEALTH.match(text):
        return _healthcheck(match["test"])
    if match := _GO_LIST.match(text):
        items = (item.removesuffix(":{}") for item in match["items"].split())
        return f"{match['word']} {' '.join(items)}"
    if text.startswith(("CMD [", "ENTRYPOINT [", "SHELL [")):
        return _QUOTED_NEXT.sub('", "', text)
    return text


def _healthcheck(test: str) -> str:
    words = [
        found[1].replace('\\"', '"') for found in _STRING.finditer(test) if found[1] is not None
    ]
    if words[:1] == ["NONE"]:
        return "HEALTHCHECK NONE"
    return f"HEALTHCHECK CMD {' '.join(words[1:])}"
