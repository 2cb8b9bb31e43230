"""History lines of several builders as lines of a Dockerfile."""

import pytest

from modeldesk.core.layers.instructions import LONGEST, Effect, clean, effect_of, word_of

CASES = {
    # The classic builder
    '/bin/sh -c #(nop)  CMD ["python3"]': 'CMD ["python3"]',
    '/bin/sh -c #(nop)  ENTRYPOINT ["python" "serve.py"]': 'ENTRYPOINT ["python", "serve.py"]',
    "/bin/sh -c #(nop) COPY file:c2a9c835a8438c63 in /app/ ": "COPY … /app/",
    "/bin/sh -c #(nop) COPY --from=b --chown=10multi:0a in /a ": "COPY --from=b --chown=10 … /a",
    "/bin/sh -c #(nop) COPY dir:9ba35d3538a6ddc6 in /usr/local/ ": "COPY … /usr/local/",
    "/bin/sh -c #(nop) COPY multi:0a1b in ./": "COPY … ./",
    "/bin/sh -c #(nop) ADD file:1f2e in / ": "ADD … /",
    "/bin/sh -c #(nop) WORKDIR /app": "WORKDIR /app",
    "/bin/sh -c pip install --no-cache-dir -r requirements.txt": (
        "RUN pip install --no-cache-dir -r requirements.txt"
    ),
    "|1 SECRET=a b /bin/sh -c pip install x": "RUN pip install x",
    "|2 A=1 B=2 /bin/bash -o pipefail -c make | tee log": "RUN make | tee log",
    "/bin/bash -euxo pipefail -c make": "RUN make",
    "/bin/busybox --install -s /bin": "/bin/busybox --install -s /bin",
    # BuildKit
    "RUN /bin/sh -c apt-get update \t&& apt-get install -y   curl # buildkit": (
        "RUN apt-get update && apt-get install -y curl"
    ),
    "RUN |2 SECRET=a b y= /bin/sh -c true # buildkit": "RUN true",
    "RUN |1 VERSION=2 python -m build # buildkit": "RUN python -m build",
    "RUN --mount=type=cache /bin/sh -c uv sync # buildkit": "RUN --mount=type=cache uv sync",
    "RUN /bin/sh -c cat > /etc/x <<EOF\none\n  two\nEOF # buildkit": (
        "RUN cat > /etc/x <<EOF\none\n two\nEOF"
    ),
    "COPY --from=builder /venv /venv # buildkit": "COPY --from=builder /venv /venv",
    "EXPOSE map[5000/tcp:{} 8080/tcp:{}]": "EXPOSE 5000/tcp 8080/tcp",
    "EXPOSE [5000/tcp]": "EXPOSE 5000/tcp",
    "VOLUME [/data]": "VOLUME /data",
    "ENV PATH=/venv/bin:/usr/bin": "ENV PATH=/venv/bin:/usr/bin",
    'HEALTHCHECK &{["CMD-SHELL" "python -c \\"exit(0)\\""] "5s" "0s" "0s" \'\\x00\'}': (
        'HEALTHCHECK CMD python -c "exit(0)"'
    ),
    'HEALTHCHECK &{["NONE"] "0s" "0s" "0s" \'\\x00\'}': "HEALTHCHECK NONE",
    # Others
    "": "",
    "/bin/sh": "/bin/sh",
    "# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'": (
        "# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'"
    ),
    "bazel build ...": "bazel build ...",
    "COPY serve.py /app/": "COPY serve.py /app/",
    "RUN pip install -r requirements.txt": "RUN pip install -r requirements.txt",
    "cmd /S /C #(nop)  ENV A=1": "ENV A=1",
    "powershell -Command $x = 1; Install-Thing": "RUN $x = 1; Install-Thing",
}


@pytest.mark.parametrize(("written", "line"), CASES.items())
def test_becomes_a_line_of_a_dockerfile(written: str, line: str) -> None:
    assert clean(written) == line


@pytest.mark.parametrize("written", CASES)
def test_cleaning_twice_changes_nothing(written: str) -> None:
    assert clean(clean(written)) == clean(written)


def test_values_of_build_arguments_are_gone() -> None:
    assert "hunter2" not in clean("|1 TOKEN=hunter2 /bin/sh -c make")
    assert "hunter2" not in clean("RUN |1 TOKEN=hunter2 /bin/sh -c make # buildkit")


@pytest.mark.parametrize(
    ("instruction", "word", "effect"),
    [
        ("RUN make", "RUN", Effect.MAY_ADD_LAYER),
        ("WORKDIR /app", "WORKDIR", Effect.MAY_ADD_LAYER),
        ("ENV A=1", "ENV", Effect.METADATA),
        ("CMD", "CMD", Effect.METADATA),
        ("RUNNING late", "", Effect.UNKNOWN),
        ("bazel build ...", "", Effect.UNKNOWN),
        ("", "", Effect.UNKNOWN),
    ],
)
def test_keyword_and_effect(instruction: str, word: str, effect: Effect) -> None:
    assert word_of(instruction) == word
    assert effect_of(instruction) is effect


def test_an_instruction_of_many_blanks_is_read_to_its_end() -> None:
    blanks = " " * 200_000
    assert clean(f"RUN a{blanks}b{blanks}# buildkit \n") == "RUN a b"


def test_of_an_instruction_as_long_as_a_book_the_beginning_is_taken() -> None:
    script = "RUN " + "make && " * (LONGEST // 4)
    assert clean(f"{script}# buildkit") == f"{script[:LONGEST]}…"
    assert len(clean("COPY " + "a " * LONGEST)) == LONGEST + 1


@pytest.mark.parametrize("test", ['"CMD" "a \\"b\\" c"', '"CMD" "a" ' + '\\"' * 9])
def test_a_health_check_with_quotes_in_it(test: str) -> None:
    assert clean(f'HEALTHCHECK &{{[{test}] "30s"}}').startswith("HEALTHCHECK CMD a")
