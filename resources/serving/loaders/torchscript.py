"""Serve a TorchScript module that takes one tensor, on the processor.

{"inputs": [[5.1, 3.5], [6.2, 2.9]]} is answered with {"outputs": …}: a tensor as lists, or a list
or object of them, as the module returns it.
"""

# mypy: disable-error-code="import-untyped,import-not-found"

from collections.abc import Mapping

import torch

from server import Answer, BadInput, Predict, path_of, serve


def load(settings: Mapping[str, object]) -> Predict:
    module = torch.jit.load(str(path_of(settings)), map_location="cpu").eval()

    def predict(inputs: object) -> Answer:
        try:
            tensor = torch.tensor(inputs)
        except (ValueError, TypeError, RuntimeError) as error:
            raise BadInput(f'"inputs" are no numbers of one shape: {error}') from error
        if not torch.isfinite(tensor).all():
            raise BadInput('"inputs" has a number that is too large for the model.')
        try:
            return {"outputs": plain(answer(tensor))}
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1].removeprefix("RuntimeError: ")
            raise BadInput(f"The model can't take that: {reason}") from error

    def answer(tensor: torch.Tensor) -> object:
        with torch.inference_mode():
            try:
                return module(tensor)
            except RuntimeError:
                # JSON writes 1 for 1.0, so whole numbers may be meant as others.
                if tensor.is_floating_point():
                    raise
                return module(tensor.float())

    return predict


def plain(value: object) -> object:
    """Tensors, alone or in lists and objects, as what JSON has."""
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return value


if __name__ == "__main__":
    serve(load)
