"""Serve a booster of LightGBM that was saved as text.

{"inputs": [[5.1, 3.5], [6.2, 2.9]]} is answered with {"outputs": [0.1, 0.9]}.
"""

# mypy: disable-error-code="import-untyped,import-not-found"

from collections.abc import Mapping

import lightgbm
import numpy as np

from server import Answer, Predict, path_of, rows_of, serve


def load(settings: Mapping[str, object]) -> Predict:
    booster = lightgbm.Booster(model_file=path_of(settings))
    width = booster.num_feature()

    def predict(inputs: object) -> Answer:
        rows = np.asarray(rows_of(inputs, width), dtype=np.float64)
        return {"outputs": booster.predict(rows).tolist()}

    return predict


if __name__ == "__main__":
    serve(load)
