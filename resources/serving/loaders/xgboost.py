"""Serve a booster of XGBoost that was saved as JSON or binary JSON.

{"inputs": [[5.1, 3.5], [6.2, 2.9]]} is answered with {"outputs": [0.1, 0.9]}.
"""

# mypy: disable-error-code="import-untyped,import-not-found"

from collections.abc import Mapping

import numpy as np
import xgboost

from server import Answer, BadInput, Predict, path_of, rows_of, serve


def load(settings: Mapping[str, object]) -> Predict:
    booster = xgboost.Booster()
    booster.load_model(path_of(settings))
    width = booster.num_features() or None

    def predict(inputs: object) -> Answer:
        rows = np.asarray(rows_of(inputs, width), dtype=np.float32)
        try:
            return {"outputs": booster.inplace_predict(rows).tolist()}
        except ValueError as error:
            raise BadInput(f"The model can't take that: {error}") from error

    return predict


if __name__ == "__main__":
    serve(load)
