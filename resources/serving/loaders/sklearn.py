"""Serve an estimator of scikit-learn that was saved by joblib or pickle.

{"inputs": [[5.1, 3.5], [6.2, 2.9]]} is answered with {"outputs": [0, 1]}, and "probabilities"
where the estimator gives them. Rows hold numbers alone; an estimator that begins with a
vectoriser takes a list of texts. Loading runs what is in the file: only serve files you trust.
"""

# mypy: disable-error-code="import-untyped,import-not-found"

import warnings
from collections.abc import Mapping

import joblib

from server import Answer, BadInput, Predict, path_of, rows_of, serve, texts_of


def load(settings: Mapping[str, object]) -> Predict:
    model = joblib.load(path_of(settings))
    if not hasattr(model, "predict"):
        raise SystemExit(f"The file holds no estimator but {type(model).__name__}.")
    # Rows have no names of columns; an estimator that was fitted with some says so each time.
    warnings.filterwarnings("ignore", "X does not have valid feature names")
    width = getattr(model, "n_features_in_", None)
    # What counts no features is asked with whatever it was given, and stumbles in its own way.
    stumbles = (ValueError,) if width else (ValueError, TypeError, AttributeError)

    def predict(inputs: object) -> Answer:
        rows = examples_of(inputs, width)
        try:
            answer = {"outputs": model.predict(rows).tolist()}
            if hasattr(model, "predict_proba"):
                answer["probabilities"] = plain(model.predict_proba(rows))
        except stumbles as error:
            raise BadInput(f"The model can't take that: {error}") from error
        return answer

    return predict


def examples_of(inputs: object, width: int | None) -> list[list[float]] | list[str]:
    """Rows of numbers; or texts, for an estimator that counts no features."""
    if width is None and isinstance(inputs, list) and any(isinstance(one, str) for one in inputs):
        return texts_of(inputs)
    return rows_of(inputs, width)


def plain(probabilities: object) -> object:
    """As lists; an estimator of several outputs has an array for each."""
    if isinstance(probabilities, list):
        return [one.tolist() for one in probabilities]
    return probabilities.tolist() if hasattr(probabilities, "tolist") else probabilities


if __name__ == "__main__":
    serve(load)
