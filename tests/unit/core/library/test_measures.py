import pytest

from modeldesk.core.library.measures import is_measure


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
