"""What one image alone tells of its layers."""

from datetime import UTC, datetime

from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import HistoryEntry, ImageConfig, ImageDetail
from modeldesk.core.layers.stack import Stack, read_stack

BASE = (("ADD rootfs /", 50), ("RUN apt-get install x", 20), ('CMD ["sh"]', 0))


def stack(*steps: tuple[str, int]) -> Stack:
    history = tuple(
        HistoryEntry(text, size, datetime(2026, 1, 1, tzinfo=UTC)) for text, size in steps
    )
    diff_ids = tuple(DiffId(f"sha256:{text}") for text, size in steps if size)
    total = sum(size for _, size in steps)
    return read_stack(ImageDetail(ImageId("x"), diff_ids, history, ImageConfig(), total, "", ""))


def test_an_image_of_its_base_and_settings_continues_it() -> None:
    base = stack(*BASE)
    assert stack(*BASE, ("ENV A=1", 0), ('CMD ["serve"]', 0)).continues(base)
    assert not base.continues(base)
    assert not base.continues(stack(*BASE, ("ENV A=1", 0)))


def test_one_built_by_other_settings_does_not() -> None:
    assert not stack(*BASE[:2], ("ENV A=1", 0), ('CMD ["serve"]', 0)).continues(stack(*BASE))


def test_weights_that_an_instruction_brought() -> None:
    assert stack(*BASE, ("COPY model.safetensors /", 9)).holds_weights
    assert not stack(*BASE).holds_weights
