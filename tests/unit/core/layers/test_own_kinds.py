"""A layer that only changes owners is for what it copied."""

import pytest

from modeldesk.core.ids import DiffId
from modeldesk.core.layers.align import AlignedLayer
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.own_kinds import own_kinds
from modeldesk.core.layers.parts import Told

MB = 1_000_000
BASE, SYSTEM, DEPENDENCIES, APPLICATION, WEIGHTS, OTHER = LayerKind


def layers(*made: tuple[str, int]) -> list[AlignedLayer]:
    return [
        AlignedLayer(DiffId(f"sha256:{n}"), instruction, size, n)
        for n, (instruction, size) in enumerate(made)
    ]


BELOW = (
    ("ADD rootfs.tar.xz /", 75 * MB),
    ("COPY --from=builder /venv /venv", 400 * MB),
    ("COPY model.safetensors /models/", 300 * MB),
    ("COPY serve.py /app/", 8_000),
)


@pytest.mark.parametrize(
    ("instruction", "kind"),
    [
        ("RUN chown -R 1000:1000 /app", APPLICATION),
        ("RUN chmod --recursive a+rX /models", WEIGHTS),
        ("RUN chgrp -Rv 0 /venv/lib", DEPENDENCIES),
        ("RUN useradd app && chown app:app -R /app /models", WEIGHTS),
        ("RUN /bin/sh -c chown -hR app '/models'", WEIGHTS),
        ("RUN chmod 755 /app/serve.py", APPLICATION),
        ("RUN chown -R app /", DEPENDENCIES),
        ("RUN chown -R app /data", OTHER),
        ("RUN chown -R app /application", OTHER),
        ("RUN ./chown -R app /app", OTHER),
        ("RUN echo done", OTHER),
    ],
)
def test_what_was_given_away_says_it(instruction: str, kind: LayerKind) -> None:
    found = own_kinds(layers(*BELOW, (instruction, 9_000)))
    assert found == [BASE, DEPENDENCIES, WEIGHTS, APPLICATION, kind]


def test_a_relative_target_may_be_anywhere() -> None:
    copy = ("COPY . .", 70_000)
    assert own_kinds(layers(copy, ("RUN chown -R app /srv", 70_000)))[1] is APPLICATION
    assert own_kinds(layers(copy, ("RUN chown -R app .", 70_000)))[1] is APPLICATION
    assert own_kinds(layers(copy, ("RUN chmod +x /usr/bin/tool", 70_000)))[1] is OTHER


def test_a_copy_of_a_copy() -> None:
    twice = (("RUN chown -R app /app", 9), ("RUN chmod -R 700 /app", 9))
    assert own_kinds(layers(*BELOW, *twice))[-2:] == [APPLICATION, APPLICATION]


def test_the_files_tell_the_rest() -> None:
    kind = own_kinds(layers(("COPY . /app", 340 * MB), ("RUN chown -R app /app", 340 * MB)))[1]
    copy = Layer(DiffId("sha256:1"), "RUN chown -R app /app", 340 * MB, kind)
    told = copy.judged(Told(((WEIGHTS, 338 * MB),), 2 * MB))
    assert told.parts == ((WEIGHTS, 338 * MB), (APPLICATION, 2 * MB))
