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


def test_an_image_of_its_base_and_settings_has_its_history() -> None:
    base = stack(*BASE)
    later = stack(*BASE, ("ENV A=1", 0), ('CMD ["serve"]', 0))
    assert base.history in later.earlier_histories
    assert base.history not in base.earlier_histories
    assert stack(*BASE, ("ENV A=1", 0)).history not in base.earlier_histories


def test_one_built_by_other_settings_has_not() -> None:
    other = stack(*BASE[:2], ("ENV A=1", 0), ('CMD ["serve"]', 0))
    assert stack(*BASE).history not in other.earlier_histories


def test_weights_that_an_instruction_brought() -> None:
    assert stack(*BASE, ("COPY model.safetensors /", 9)).holds_weights
    assert not stack(*BASE).holds_weights
