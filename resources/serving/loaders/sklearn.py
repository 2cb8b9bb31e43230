"""Serve an estimator of scikit-learn that was saved by joblib or pickle.

{"inputs": [[5.1, 3.5], [6.2, 2.9]]} is answered with {"outputs": [0, 1]}, and "probabilities"
where the estimator gives them. Rows hold numbers alone. Loading runs what is in the file: only
serve files you trust.
"""

# mypy: disable-error-code="import-untyped,import-not-found"

import warnings
from collections.abc import Mapping

import joblib

from server import Answer, BadInput, Predict, path_of, rows_of, serve


def load(settings: Mapping[str, object]) -> Predict:
    model = joblib.load(path_of(settings))
    if not hasattr(model, "predict"):
        raise SystemExit(f"The file holds no estimator but {type(model).__name__}.")
    # Rows have no names of columns; an estimator that was fitted with some says so each time.
    warnings.filterwarnings("ignore", "X does not have valid feature names")
    width = getattr(model, "n_features_in_", None)

    def predict(inputs: object) -> Answer:
        rows = rows_of(inputs, width)
        try:
            answer = {"outputs": model.predict(rows).tolist()}
            if hasattr(model, "predict_proba"):
                answer["probabilities"] = plain(model.predict_proba(rows))
        except ValueError as error:
            raise BadInput(f"The model can't take that: {error}") from error
        return answer

    return predict


def plain(probabilities: object) -> object:
    """As lists; an estimator of several outputs has an array for each."""
    if isinstance(probabilities, list):
        return [one.tolist() for one in probabilities]
    return probabilities.tolist() if hasattr(probabilities, "tolist") else probabilities


if __name__ == "__main__":
    serve(load)
