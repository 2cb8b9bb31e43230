"""Serve an ONNX model on ONNX Runtime.

A model with one input takes {"inputs": [[5.1, 3.5]]}; one with several takes an object of them,
{"inputs": {"ids": [[1, 2]], "mask": [[1, 1]]}}. The answer has each output by its name.
"""

# mypy: disable-error-code="import-untyped,import-not-found"

from collections.abc import Mapping

import numpy as np
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

from server import Answer, BadInput, Predict, path_of, serve

TYPES = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(bool)": "bool",
    "tensor(string)": "object",
}


def load(settings: Mapping[str, object]) -> Predict:
    session = onnxruntime.InferenceSession(path_of(settings), providers=["CPUExecutionProvider"])
    wanted = {one.name: TYPES.get(one.type, "float32") for one in session.get_inputs()}
    names = [one.name for one in session.get_outputs()]

    def predict(inputs: object) -> Answer:
        given = inputs if isinstance(inputs, dict) else {next(iter(wanted)): inputs}
        if given.keys() != wanted.keys():
            raise BadInput(f'"inputs" must have exactly: {", ".join(wanted)}.')
        try:
            arrays = {name: np.asarray(given[name], dtype=wanted[name]) for name in wanted}
            # JSON's null has become one that is not finite, as numbers beyond the type's have.
            if not all(np.isfinite(one).all() for one in arrays.values() if one.dtype.kind == "f"):
                raise BadInput('"inputs" has a number that is missing or too large for the model.')
            outputs = session.run(names, arrays)
        except (ValueError, TypeError, OverflowError, InvalidArgument) as error:
            raise BadInput(f"The model can't take that: {error}") from error
        return {name: plain(value) for name, value in zip(names, outputs, strict=True)}

    return predict


def plain(value: object) -> object:
    """Arrays, and the lists of maps that classifiers give, as what JSON has."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


if __name__ == "__main__":
    serve(load)
