"""Contents put together from a source's word and the layers' indexes."""

from modeldesk.core.contents.assemble import assemble
from modeldesk.core.contents.kinds import tell
from modeldesk.core.contents.model import LayerBlob, SourceImage
from modeldesk.core.layers.kinds import LayerKind
from tests.unit.core.contents.details import detail
from tests.unit.core.contents.layers import file, layer
from tests.unit.core.layers.histories import diffs

LAYERS = dict(
    zip(
        diffs("abc"),
        (
            layer(file("bin/sh", 100)),
            layer(file("x/site-packages/y.py", 60), file("opt/z", 5)),
            layer(file("app/serve.py", 7)),
        ),
        strict=True,
    )
)
TOLD = {name: tell(index) for name, index in LAYERS.items()}
HISTORY: tuple[str | tuple[str, int], ...] = (
    ("/bin/sh -c #(nop) ADD file:0 in / ", 100),
    '/bin/sh -c #(nop)  CMD ["sh"]',
    ("RUN /bin/sh -c pip install y # buildkit", 65),
    ("COPY serve.py /app/ # buildkit", 7),
)


def test_instructions_by_history_and_size() -> None:
    told = detail(diffs("abc"), HISTORY)
    made = assemble(SourceImage("it", told, tuple(map(LayerBlob, diffs("abc")))), LAYERS, TOLD)

    assert [found.instruction for found in made.layers] == [
        "ADD … /",
        "RUN pip install y",
        "COPY serve.py /app/",
    ]
    assert [found.kind for found in made.layers] == [
        LayerKind.BASE_IMAGE,
        LayerKind.DEPENDENCIES,
        LayerKind.APPLICATION,
    ]
    assert made.layers[1].parts == ((LayerKind.DEPENDENCIES, 65),)
    # A CMD that more instructions follow is the end of a base image.
    assert made.base_layers == 1


def test_instructions_that_the_source_tells() -> None:
    lines = [line for line in HISTORY if not isinstance(line, str)]
    blobs = [
        LayerBlob(name, created_by=text)
        for name, (text, _) in zip(diffs("abc"), lines, strict=True)
    ]
    made = assemble(SourceImage("it", detail(diffs("abc"), HISTORY), tuple(blobs)), LAYERS, TOLD)

    assert made.layers[2].instruction == "COPY serve.py /app/"
    assert made.base_layers == 1


def test_a_base_that_the_library_knows() -> None:
    told = detail(diffs("abc"), HISTORY)
    image = SourceImage("it", told, tuple(map(LayerBlob, diffs("abc"))))
    made = assemble(image, LAYERS, TOLD, 2)

    assert made.base_layers == 2
    assert made.layers[1].kind == LayerKind.BASE_IMAGE
    # It is one part, whatever is in it.
    assert made.layers[1].parts == ((LayerKind.BASE_IMAGE, 65),)

    # Nor is one that it stands on nothing.
    made = assemble(image, LAYERS, TOLD, 0)
    assert made.layers[0].kind == LayerKind.BASE_IMAGE
    assert made.layers[1].kind == LayerKind.DEPENDENCIES
