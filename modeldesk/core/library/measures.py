"""Which of the numbers registered with a version say how good it is (pure).

``metrics.json`` files mix measures with settings of the training: accuracy beside batch size.
"""

import re
from itertools import pairwise

# fmt: off
_MEASURES = frozenset(
    {
        "accuracy", "acc", "f1", "auc", "auroc", "roc", "precision", "recall", "sensitivity",
        "specificity", "loss", "logloss", "error", "rmse", "mse", "mae", "mape", "r2", "bleu",
        "rouge", "rougel", "meteor", "wer", "cer", "perplexity", "ppl", "map", "ndcg", "mrr",
        "iou", "dice", "psnr", "ssim", "fid", "kappa", "mcc", "brier", "score", "em", "latency",
    }
)
_LOWER = frozenset(
    {
        "loss", "logloss", "error", "rmse", "mse", "mae", "mape", "wer", "cer", "perplexity",
        "ppl", "fid", "brier", "latency",
    }
)
# fmt: on
_NAMES = frozenset({"seed", "id", "year", "date", "day", "version", "build", "run", "revision"})
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


def is_measure(name: str) -> bool:
    """Whether a number of this name (``val_accuracy``, ``F1Macro``, ``mAP50``) is a measure."""
    words = _words(name)
    pairs = [first + second for first, second in pairwise(words)]
    return any(word in _MEASURES for word in (*words, *pairs))


def higher_is_better(name: str) -> bool | None:
    """Whether more of a measure is better (accuracy) or less (loss); None for what is none."""
    if not is_measure(name):
        return None
    words = _words(name)
    pairs = [first + second for first, second in pairwise(words)]
    return _LOWER.isdisjoint((*words, *pairs))


def is_a_name(name: str) -> bool:
    """Whether a number of this name (``seed``, ``run_id``) stands for something rather than
    counts it: it is then read digit by digit."""
    return not _NAMES.isdisjoint(_words(name))


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]
