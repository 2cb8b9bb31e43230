"""Kinds of layers, and where the base image ends."""

import pytest

from modeldesk.core.ids import ImageId
from modeldesk.core.images import HistoryEntry, ImageConfig, ImageDetail
from modeldesk.core.layers.align import align
from modeldesk.core.layers.classify import marked_base, own_kind
from modeldesk.core.layers.instructions import clean
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.stack import read_stack
from tests.unit.core.layers.histories import diffs, history

MB = 1_000_000
KINDS = {
    LayerKind.SYSTEM_PACKAGES: [
        ("RUN apt-get update && apt-get install -y --no-install-recommends libgomp1", 30 * MB),
        ("RUN apk add --no-cache libstdc++", 3 * MB),
        ("RUN microdnf install -y python3.11", 60 * MB),
        ("RUN dnf -y install gcc && dnf clean all", 90 * MB),
        ("RUN dpkg -i cuda-keyring.deb", 1 * MB),
        ("RUN set -eux; apt-get update; apt-get install python3-pip", 1 * MB),
        ("COPY --from=ghcr.io/astral-sh/uv:0.7 /uv /bin/", 30 * MB),
    ],
    LayerKind.DEPENDENCIES: [
        ("RUN pip install --no-cache-dir -r requirements.txt", 400 * MB),
        ("RUN python -m pip install torch", 900 * MB),
        ("RUN pip3.11 install torch", 900 * MB),
        ("RUN apt-get update && apt-get install -y gcc && pip install numpy", 300 * MB),
        ("RUN --mount=type=cache,target=/root/.cache uv sync --frozen", 300 * MB),
        ("RUN uv pip install -r requirements.txt", 300 * MB),
        ("RUN conda env create -f environment.yml", 900 * MB),
        ("RUN poetry install --only main", 200 * MB),
        ("RUN npm ci", 100 * MB),
        ("RUN python -m venv /venv", 10 * MB),
        ("COPY --from=builder /venv /venv", 402 * MB),
        ("COPY --from=builder /usr/local/lib/python3.11/site-packages /usr/local/lib/x", 300 * MB),
        ("COPY --from=builder /root/.local /root/.local", 300 * MB),
        ("COPY --from=builder /install /usr/local", 300 * MB),
        ("COPY requirements.txt ./", 40),
        ("COPY pyproject.toml uv.lock ./", 4000),
        ('COPY ["requirements-gpu.txt", "/tmp/"]', 40),
    ],
    LayerKind.MODEL_WEIGHTS: [
        ("COPY recommendation_v2.safetensors /app/", 341 * MB),
        ("COPY digits.safetensors ./", 3500),
        ('COPY ["model.pt", "/app/"]', 90 * MB),
        ("COPY serve.py model.onnx /app/", 90 * MB),
        ("COPY models/ /app/models/", 200 * MB),
        ("COPY saved_model /app/saved_model", 20 * MB),
        ("ADD https://example.org/weights.gguf /models/", 900 * MB),
        ("RUN wget -q https://example.org/model.ckpt", 900 * MB),
        ("RUN huggingface-cli download bert-base-uncased", 400 * MB),
        ("RUN python -c \"from transformers import AutoModel; AutoModel.from_pretrained('x')\"", 1),
        ("RUN python download_models.py", 500 * MB),
        ("COPY … /app/", 12 * MB),
        ("COPY . /app", 341 * MB),
    ],
    LayerKind.APPLICATION: [
        ("COPY serve.py preprocess.py /app/", 2 * MB),
        ("COPY . .", 9 * MB),
        ("COPY … ./", 900),
        ("COPY models.py /app/", 900),
        ("COPY frontend/dist /app/static", 20 * MB),
        ("ADD app.tar.gz /app", 1 * MB),
    ],
    LayerKind.OTHER: [
        ("WORKDIR /app", 0),
        ("RUN useradd -l -u 1000 app", 9000),
        ("RUN true", 0),
        ("RUN rm -rf /tmp/*", 0),
        ("", 10),
    ],
    LayerKind.BASE_IMAGE: [
        ("ADD … /", 75 * MB),
        ("ADD alpine-minirootfs-3.20.3-x86_64.tar.gz /", 8 * MB),
        ("# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'", 75 * MB),
    ],
}


@pytest.mark.parametrize(
    ("instruction", "size", "kind"),
    [(text, size, kind) for kind, lines in KINDS.items() for text, size in lines],
)
def test_kind_by_instruction_and_size(instruction: str, size: int, kind: LayerKind) -> None:
    (layer,) = align(history((instruction, size)), diffs("a"), size)

    assert own_kind(layer) is kind


def base_layers(lines: tuple[HistoryEntry, ...], layers: str) -> int:
    aligned = align(lines, diffs(layers))
    return marked_base(lines, aligned, [own_kind(layer) for layer in aligned])


PYTHON = (
    ("/bin/sh -c #(nop) ADD file:1 in / ", 75),
    '/bin/sh -c #(nop)  CMD ["bash"]',
    ("RUN /bin/sh -c ./configure && make install # buildkit", 45),
    'CMD ["python3"]',
)


class TestMarkedBase:
    def test_ends_at_the_last_command_before_the_images_own_layers(self) -> None:
        lines = history(*PYTHON, ("COPY a.onnx /", 5), ("COPY serve.py /", 1), 'CMD ["x"]')

        assert base_layers(lines, "abcd") == 2

    def test_is_not_the_images_own_command(self) -> None:
        assert base_layers(history(("COPY a /", 5), 'CMD ["x"]'), "a") == 0

    def test_never_holds_weights(self) -> None:
        lines = history(*PYTHON, ("COPY a.onnx /", 5), 'CMD ["x"]', ("COPY serve.py /", 1))

        assert base_layers(lines, "abcd") == 2

    def test_of_an_imported_system(self) -> None:
        lines = history(("", 129, "Imported from -"), ("COPY a /", 5), 'CMD ["x"]')

        assert base_layers(lines, "ab") == 1

    def test_of_an_image_that_is_nothing_else(self) -> None:
        assert base_layers(history(("", 129, "Imported from -")), "a") == 0

    def test_from_scratch(self) -> None:
        assert base_layers(history(("COPY server /", 9), ("COPY a.gguf /", 99)), "ab") == 0

    def test_counts_layers_without_history(self) -> None:
        lines = history('CMD ["bash"]', ("COPY a.onnx /", 5))

        assert base_layers(lines, "xya") == 2

    def test_without_layers_or_history(self) -> None:
        assert base_layers((), "") == 0
        assert base_layers((), "ab") == 0


def test_a_stack_tells_the_kinds_with_and_without_its_base() -> None:
    lines = history(*PYTHON, ("COPY a.onnx /", 5))
    stack = read_stack(
        ImageDetail(ImageId("sha256:1"), diffs("abc"), lines, ImageConfig(), 125, "", "")
    )

    assert [layer.kind for layer in stack.layers] == [
        LayerKind.BASE_IMAGE,
        LayerKind.OTHER,
        LayerKind.MODEL_WEIGHTS,
    ]
    assert [layer.kind for layer in stack.on_base(stack.marked_base)] == [
        LayerKind.BASE_IMAGE,
        LayerKind.BASE_IMAGE,
        LayerKind.MODEL_WEIGHTS,
    ]
    assert stack.layers[1].instruction == clean("RUN ./configure && make install")
