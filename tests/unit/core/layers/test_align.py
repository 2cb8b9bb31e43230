"""Which history entry made which layer."""

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.ids import DiffId
from modeldesk.core.images import HistoryEntry
from modeldesk.core.layers.align import AlignedLayer, align
from tests.unit.core.layers.histories import DAY, diffs, history

PYTHON = (
    ("/bin/sh -c #(nop) ADD file:1 in / ", 75),
    '/bin/sh -c #(nop)  CMD ["bash"]',
    "/bin/sh -c #(nop)  ENV LANG=C.UTF-8",
    ("/bin/sh -c apt-get update && apt-get install -y ca-certificates", 9),
    '/bin/sh -c #(nop)  CMD ["python3"]',
)


def told(layers: tuple[AlignedLayer, ...]) -> list[tuple[str, str, int]]:
    return [
        (str(layer.diff_id)[7:], layer.instruction, layer.size_bytes)
        for layer in layers
        if layer.diff_id
    ]


def test_sizes_say_it_all() -> None:
    lines = history(*PYTHON, ("COPY model.onnx /app/ # buildkit", 40), "USER 1000")

    assert told(align(lines, diffs("abc"), 124)) == [
        ("a", "ADD … /", 75),
        ("b", "RUN apt-get update && apt-get install -y ca-certificates", 9),
        ("c", "COPY model.onnx /app/", 40),
    ]


def test_every_possible_entry_made_a_layer() -> None:
    lines = history(*PYTHON, "WORKDIR /app", "RUN /bin/sh -c true # buildkit", "EXPOSE 5000")

    assert [text for _, text, _ in told(align(lines, diffs("abcd"), 84))][2:] == [
        "WORKDIR /app",
        "RUN true",
    ]


def test_a_folder_is_more_likely_new_than_a_command_without_trace() -> None:
    # Measured with Docker 20.10's classic builder.
    lines = history(*PYTHON, "WORKDIR /app", "|1 A=b /bin/sh -c true", ("COPY file:1 in ./", 9))

    assert [text for _, text, _ in told(align(lines, diffs("abcd"), 93))][2:] == [
        "WORKDIR /app",
        "COPY … ./",
    ]


def test_what_takes_something_away_makes_a_layer() -> None:
    # Measured with Docker 20.10's classic builder.
    lines = history(
        *PYTHON,
        ("COPY file:1 in /app/model.bin", 9),
        "/bin/sh -c rm /etc/debian_version",
        ("COPY file:2 in /app/app.py", 3),
        "/bin/sh -c pip --version; echo done",
    )
    assert [(text, size) for _, text, size in told(align(lines, diffs("abcde"), 96))][2:] == [
        ("COPY … /app/model.bin", 9),
        ("RUN rm /etc/debian_version", 0),
        ("COPY … /app/app.py", 3),
    ]


def test_sizes_that_are_known_tell_what_a_command_does_not() -> None:
    lines = history(
        *PYTHON,
        ("COPY file:1 in /app/model.bin", 9000),
        "/bin/sh -c clean-up",
        ("COPY file:2 in /app/app.py", 3),
        "/bin/sh -c show",
    )
    layers = diffs("abcde")
    known = dict(zip(layers, (75, 9, 9000, 0, 3), strict=True))
    assert [text for _, text, _ in told(align(lines, layers, 9087, known))][2:] == [
        "COPY … /app/model.bin",
        "RUN clean-up",
        "COPY … /app/app.py",
    ]


def test_a_folder_that_was_there_makes_no_layer() -> None:
    lines = history("COPY a /app/", "WORKDIR /app", "RUN mkdir /data", "WORKDIR /new")

    assert [text for _, text, _ in told(align(lines, diffs("abc")))] == [
        "COPY a /app/",
        "RUN mkdir /data",
        "WORKDIR /new",
    ]


def test_the_empty_layer_is_none_that_has_bytes() -> None:
    lines = history(("RUN a", 5), "RUN true", ("RUN b", 6), "WORKDIR /app", "RUN touch /x")

    assert told(align(lines, diffs("a0bc"), 11)) == [
        ("a", "RUN a", 5),
        ("5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef", "RUN true", 0),
        ("b", "RUN b", 6),
        ("c", "RUN touch /x", 0),
    ]


def test_imported() -> None:
    lines = history(("", 129, "Imported from -"))
    (layer,) = align(lines, diffs("a"), 129)

    assert layer == AlignedLayer(DiffId("sha256:a"), "", 129, 0, "Imported from -")


def test_squashed() -> None:
    lines = history(
        "/bin/sh -c #(nop) ADD file:1 in / ",
        "/bin/sh -c pip install torch",
        '/bin/sh -c #(nop)  CMD ["x"]',
        ("", 900, "merge sha256:1 to sha256:2"),
    )

    assert told(align(lines, diffs("a"), 900)) == [("a", "", 900)]


def test_built_by_buildah_in_one_layer() -> None:
    lines = history(*PYTHON, "/bin/sh -c #(nop) LABEL a=b", ("/bin/sh", 300, "FROM python"))

    assert told(align(lines, diffs("abc"), 384))[2] == ("c", "/bin/sh", 300)


def test_built_by_kaniko_without_metadata() -> None:
    lines = history(*PYTHON, ("RUN pip install -r requirements.txt", 50), ("COPY . /app", 4))

    assert [text for _, text, _ in told(align(lines, diffs("abcd"), 138))][2:] == [
        "RUN pip install -r requirements.txt",
        "COPY . /app",
    ]


def test_no_history_at_all() -> None:
    assert told(align((), diffs("ab"), 70)) == [("a", "", 70), ("b", "", 0)]
    assert align((), (), 0) == ()
    assert align(history("CMD x"), (), 0) == ()


def test_history_of_the_upper_layers_only() -> None:
    lines = history(("COPY model.onnx /", 40), ("COPY serve.py /", 2))

    assert told(align(lines, diffs("abcd"), 100)) == [
        ("a", "", 58),
        ("b", "", 0),
        ("c", "COPY model.onnx /", 40),
        ("d", "COPY serve.py /", 2),
    ]


def test_more_sizes_than_layers_lose_no_byte() -> None:
    lines = history(("RUN a", 5), ("RUN b", 6), ("RUN c", 7))

    assert sum(layer.size_bytes for layer in align(lines, diffs("ab"), 18)) == 18


ENTRIES = st.lists(
    st.builds(
        HistoryEntry,
        st.sampled_from(
            ["RUN a", "RUN mkdir x", "COPY a b", "WORKDIR /a", "ENV A=1", "CMD x", "", "odd text"]
        ),
        st.sampled_from([0, 0, 1, 7, 10**9]),
        st.just(DAY),
    ),
    max_size=12,
)


@given(ENTRIES, st.text(alphabet="abc0", max_size=10))
def test_every_layer_once_in_order_and_no_byte_lost(lines: list[HistoryEntry], layers: str) -> None:
    aligned = align(lines, diffs(layers))

    assert tuple(layer.diff_id for layer in aligned) == diffs(layers)
    entries = [layer.entry for layer in aligned if layer.entry is not None]
    assert entries == sorted(set(entries))
    if layers:
        total = sum(line.size_bytes for line in lines)
        assert sum(layer.size_bytes for layer in aligned) == total


@given(ENTRIES, st.text(alphabet="abc0", min_size=1, max_size=10), st.integers(0, 10**10))
def test_sizes_reach_the_image_when_layers_are_left(
    lines: list[HistoryEntry], layers: str, size: int
) -> None:
    aligned = align(lines, diffs(layers), size)

    given_sizes = sum(line.size_bytes for line in lines)
    total = sum(layer.size_bytes for layer in aligned)
    without_entry = any(layer.entry is None for layer in aligned)
    assert total == (max(given_sizes, size) if without_entry else given_sizes)


@given(st.data())
def test_what_a_builder_did_is_found_where_sizes_are_known(data: st.DataObject) -> None:
    """Layers with bytes are never given to another entry, whatever stands between them."""
    steps = data.draw(
        st.lists(
            st.tuples(st.sampled_from(["RUN a", "COPY a b", "ENV A=1"]), st.integers(0, 9)),
            max_size=12,
        )
    )
    lines, made = [], []
    for place, (text, size) in enumerate(steps):
        bytes_ = 0 if text.startswith("ENV") else size
        lines.append(HistoryEntry(text, bytes_, DAY))
        if bytes_:
            made.append(place)

    aligned = align(lines, diffs("a" * len(made)), sum(line.size_bytes for line in lines))

    assert [layer.entry for layer in aligned] == made
