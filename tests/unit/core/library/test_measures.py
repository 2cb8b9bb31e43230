import pytest

from modeldesk.core.library.measures import is_a_name, is_measure


@pytest.mark.parametrize(
    "name", ["accuracy", "val_accuracy", "f1-macro", "testAUC", "rougeL", "mAP50", "eval/loss"]
)
def test_measures(name: str) -> None:
    assert is_measure(name)


@pytest.mark.parametrize(
    "name", ["batch_size", "epochs", "seed", "training_seconds", "mapping", "learning_rate", ""]
)
def test_settings_of_the_training(name: str) -> None:
    assert not is_measure(name)


def test_numbers_that_stand_for_something() -> None:
    assert [name for name in ("seed", "run_id", "dataYear") if is_a_name(name)] == [
        "seed", "run_id", "dataYear",
    ]  # fmt: skip
    assert not any(map(is_a_name, ("parameters", "accuracy", "batch_size", "epochs", "running")))
