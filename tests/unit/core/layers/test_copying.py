"""Where copied files are from, in the words of several builders."""

import pytest

from modeldesk.core.layers.copying import Copied, Origin, copied
from modeldesk.core.layers.instructions import clean

CONTEXT, ELSEWHERE, UNKNOWN = Origin.CONTEXT, Origin.ELSEWHERE, Origin.UNKNOWN


@pytest.mark.parametrize(
    ("created_by", "origin", "target"),
    [
        ("COPY . . # buildkit", CONTEXT, "."),
        ("COPY --chown=1000:1000 --chmod=755 a b /app/ # buildkit", CONTEXT, "/app/"),
        ("COPY /venv /venv # buildkit", ELSEWHERE, "/venv"),
        ("COPY --from=0 venv /venv", ELSEWHERE, "/venv"),
        ("COPY --link --from=ghcr.io/astral-sh/uv:0.7 /uv /bin/", ELSEWHERE, "/bin/"),
        ("COPY a /b /c", CONTEXT, "/c"),
        ("ADD https://example.com/a.tar /a/", ELSEWHERE, "/a/"),
        ("ADD git@github.com:a/b.git /a", ELSEWHERE, "/a"),
        ("/bin/sh -c #(nop) COPY dir:0123 in /app ", UNKNOWN, "/app"),
        ("/bin/sh -c #(nop) ADD multi:0123 in /app/ ", UNKNOWN, "/app/"),
        ('COPY ["a b", "/c d"]', CONTEXT, "/c d"),
        ('COPY ["/a b", "/c d"]', ELSEWHERE, "/c d"),
        ("COPY [a-z].py /app", CONTEXT, "/app"),
        ("COPY --from=x", ELSEWHERE, ""),
        ("COPY /only", UNKNOWN, "/only"),
    ],
)
def test_copies(created_by: str, origin: Origin, target: str) -> None:
    found = copied(clean(created_by))
    if target:
        assert found == Copied(origin, target)
    else:
        assert found is None or found.origin is not CONTEXT


@pytest.mark.parametrize("text", ["", "RUN cp a b", "COPY", "ADD ", "COPYING a b", "copied in"])
def test_what_copies_nothing(text: str) -> None:
    assert copied(clean(text)) is None
