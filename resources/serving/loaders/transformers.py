"""Serve a text model of the Transformers library. Code that came with the model is never run.

{"inputs": "a text"}, or a list of texts, is answered with {"outputs": […]}: what the library's
pipeline for the task says of each.
"""

# mypy: disable-error-code="import-untyped,import-not-found"

from collections.abc import Mapping

from transformers import pipeline
from transformers.pipelines import PipelineException

from server import Answer, BadInput, Predict, path_of, serve, texts_of


def load(settings: Mapping[str, object]) -> Predict:
    answer = pipeline(
        str(settings["task"]),
        model=str(path_of(settings)),
        device="cpu",
        trust_remote_code=False,
    )

    def predict(inputs: object) -> Answer:
        texts = texts_of(inputs)
        try:
            return {"outputs": plain(answer(texts))}
        except (ValueError, PipelineException) as error:
            raise BadInput(f"The model can't take that: {error}") from error

    return predict


def plain(value: object) -> object:
    """What the pipeline gives, with numbers of arrays as what JSON has."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value


if __name__ == "__main__":
    serve(load)
