"""Train the digits model, or measure again what is shipped. Not needed to serve it.

    python -m venv training && training/bin/pip install scikit-learn==1.9.1 numpy==2.4.6
    training/bin/python train.py                            v1.2.0, into this folder
    training/bin/python train.py --version v1.0.0 --to DIR  an earlier, smaller version
    training/bin/python train.py --check [--to DIR]         accuracy must be the one claimed
    training/bin/python train.py --examples                 held-out examples, two a digit

The split and the training are seeded. The accuracy is that of serve.py's own arithmetic on
the held-out quarter, which the training never sees.
Weights may differ in their last bits between processors; `training_seconds` always does.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
# scikit-learn has no types and is no dependency of the product.

import argparse
import json
import struct
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import serve
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

DATASET_VERSION = "uci-optdigits-1998-07"
SEED = 20250405
LEARNING_RATE = 0.005
BATCH_SIZE = 64
L2_PENALTY = 0.001
HELD_OUT_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Recipe:
    hidden_units: int
    epochs: int


RECIPES = {
    "v1.0.0": Recipe(hidden_units=8, epochs=20),
    "v1.1.0": Recipe(hidden_units=16, epochs=30),
    "v1.2.0": Recipe(hidden_units=48, epochs=60),
}


@dataclass(frozen=True, slots=True)
class Split:
    """Pixels from 0 to 16, one row of 64 for each example, and the digits they show."""

    train_pixels: list[list[float]]
    train_digits: list[int]
    held_out_pixels: list[list[float]]
    held_out_digits: list[int]


def load_split() -> Split:
    digits = load_digits()
    parts = train_test_split(
        digits.data,
        digits.target,
        test_size=HELD_OUT_SHARE,
        stratify=digits.target,
        random_state=SEED,
    )
    train_pixels, held_out_pixels, train_digits, held_out_digits = (part.tolist() for part in parts)
    return Split(train_pixels, train_digits, held_out_pixels, held_out_digits)


def accuracy(model: serve.Model, split: Split) -> float:
    """The share of held-out examples whose most probable digit is the right one."""
    right = 0
    for pixels, digit in zip(split.held_out_pixels, split.held_out_digits, strict=True):
        probabilities = model.probabilities(pixels)
        right += probabilities.index(max(probabilities)) == digit
    return round(right / len(split.held_out_digits), 4)


def write_safetensors(path: Path, tensors: dict[str, tuple[list[int], list[float]]]) -> None:
    """Write float32 tensors, each a shape and its flat values, in the safetensors format."""
    header: dict[str, object] = {"__metadata__": {"model": "digits", "dataset": DATASET_VERSION}}
    data = b""
    for name, (shape, values) in tensors.items():
        raw = struct.pack(f"<{len(values)}f", *values)
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": offsets}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    # The format lets the header end in blanks, so that the data starts on eight bytes.
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def train(recipe: Recipe, split: Split, folder: Path) -> None:
    """Write digits.safetensors and metrics.json into the folder."""
    network = MLPClassifier(
        hidden_layer_sizes=(recipe.hidden_units,),
        max_iter=recipe.epochs,
        n_iter_no_change=recipe.epochs,
        alpha=L2_PENALTY,
        batch_size=BATCH_SIZE,
        learning_rate_init=LEARNING_RATE,
        random_state=SEED,
    )
    scaled = [[pixel / serve.BRIGHTEST for pixel in row] for row in split.train_pixels]
    started = time.perf_counter()
    with warnings.catch_warnings():
        # The number of epochs is the recipe's, not the optimiser's.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(scaled, split.train_digits)
    seconds = time.perf_counter() - started

    tensors: dict[str, tuple[list[int], list[float]]] = {}
    for name, weight, bias in zip(
        ("hidden", "output"), network.coefs_, network.intercepts_, strict=True
    ):
        # One row for each unit, as most frameworks keep it; scikit-learn has one column.
        tensors[f"{name}.weight"] = (list(weight.T.shape), weight.T.ravel().tolist())
        tensors[f"{name}.bias"] = (list(bias.shape), bias.tolist())
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "digits.safetensors", tensors)
    model = serve.load_model(folder / "digits.safetensors")
    metrics = {
        "accuracy": accuracy(model, split),
        "dataset_version": DATASET_VERSION,
        "training_seconds": round(seconds, 3),
        "training_examples": len(split.train_digits),
        "held_out_examples": len(split.held_out_digits),
        "parameters": model.parameters,
        "hidden_units": recipe.hidden_units,
        "epochs": recipe.epochs,
        "learning_rate": LEARNING_RATE,
        "batch_size": BATCH_SIZE,
        "l2_penalty": L2_PENALTY,
        "seed": SEED,
    }
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    print(f"{folder}: accuracy {metrics['accuracy']} after {seconds:.2f} s")


def check(split: Split, folder: Path) -> None:
    """Measure the weights of the folder again; exit when the claim is another."""
    claimed = serve.read_metrics(folder / "metrics.json")["accuracy"]
    measured = accuracy(serve.load_model(folder / "digits.safetensors"), split)
    if measured != claimed:
        raise SystemExit(f"{folder}: {claimed} is claimed, {measured} was measured.")
    print(f"{folder}: accuracy {measured}, as claimed")


def print_examples(split: Split, per_digit: int = 2) -> None:
    """The first held-out examples of each digit, right or wrong: a pixel is one character."""
    for digit in range(10):
        rows = zip(split.held_out_pixels, split.held_out_digits, strict=True)
        chosen = [pixels for pixels, shown in rows if shown == digit][:per_digit]
        for pixels in chosen:
            print(digit, "".join("0123456789abcdefg"[int(pixel)] for pixel in pixels))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Train or check the digits model.")
    parser.add_argument("--version", choices=RECIPES, default="v1.2.0")
    parser.add_argument("--to", type=Path, default=serve.FOLDER, metavar="DIR")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--examples", action="store_true")
    options = parser.parse_args(arguments)
    split = load_split()
    if options.examples:
        print_examples(split)
    elif options.check:
        check(split, options.to)
    else:
        train(RECIPES[options.version], split, options.to)


if __name__ == "__main__":
    main()
