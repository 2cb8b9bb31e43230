import pytest

from modeldesk.core.library.measures import higher_is_better, is_a_name, is_measure


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


@pytest.mark.parametrize(
    ("name", "higher"),
    [("accuracy", True), ("val_loss", False), ("logLoss", False), ("epochs", None), ("F1", True)],
)
def test_which_way_is_better(name: str, higher: bool | None) -> None:
    assert higher_is_better(name) is higher


def test_numbers_that_stand_for_something() -> None:
    assert [name for name in ("seed", "run_id", "dataYear") if is_a_name(name)] == [
        "seed", "run_id", "dataYear",
    ]  # fmt: skip
    assert not any(map(is_a_name, ("parameters", "accuracy", "batch_size", "epochs", "running")))
