"""What fuzzing began with and what it found, tried again; and a little more of the same."""

import random
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parents[3] / "fuzz" / "corpus"
INPUTS = sorted(CORPUS.glob("*/*"))
TIMES = 60


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_it_is_read_or_refused(path: Path) -> None:
    target, content = TARGETS[path.parent.name], path.read_bytes()
    target(content)
    chance = random.Random(content)
    for _ in range(TIMES):
        target(mutated(content, chance))


def test_every_target_has_a_corpus() -> None:
    assert {path.parent.name for path in INPUTS} == set(TARGETS)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, cut out or doubled."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed) + 1)
        length = chance.choice((1, 1, 8, 512))
        match chance.randrange(4):
            case 0:
                del changed[place : place + length]
            case 1:
                changed[place:place] = changed[place : place + length]
            case 2:
                changed[place : place + 1] = bytes([chance.randrange(256)])
            case _:
                changed[place : place + length] = chance.choice((b"\0", b"\xff")) * length
    return bytes(changed)
