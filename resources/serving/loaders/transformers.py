"""Serve a text model of the Transformers library. Code that came with the model is never run.

{"inputs": "a text"}, or a list of texts, is answered with {"outputs": […]}: what the library's
pipeline for the task says of each.
"""

# mypy: disable-error-code="import-untyped,import-not-found"

from collections.abc import Mapping

from transformers import Pipeline, pipeline
from transformers.pipelines import PipelineException

from server import Answer, BadInput, Predict, path_of, serve, texts_of

NEW_TOKENS = 256
"""How many the library adds to a text at most, unless the model says otherwise."""


def load(settings: Mapping[str, object]) -> Predict:
    task = str(settings["task"])
    model = pipeline(task, model=str(path_of(settings)), device="cpu", trust_remote_code=False)
    most = most_tokens(model)

    def predict(inputs: object) -> Answer:
        texts = texts_of(inputs)
        try:
            if task == "text-generation":
                return {"outputs": [plain(generated(model, text, most)) for text in texts]}
            return {"outputs": plain(model(texts))}
        except (ValueError, PipelineException) as error:
            raise BadInput(f"The model can't take that: {error}") from error
        except (RuntimeError, IndexError) as error:
            # Some models take more than they say, so that is only why others stumble.
            longest = max(count(model, text) for text in texts)
            if longest > most:
                sentence = f"A text has {longest} tokens; the model takes at most {most}."
                raise BadInput(sentence) from error
            raise

    return predict


def most_tokens(model: Pipeline) -> int:
    """How long a text may be by what the model and its tokenizer say; both may say nothing."""
    positions = getattr(model.model.config, "max_position_embeddings", None)
    return min(positions or 2**62, int(model.tokenizer.model_max_length))


def count(model: Pipeline, text: str) -> int:
    return len(model.tokenizer(text)["input_ids"])


def generated(model: Pipeline, text: str, most: int) -> object:
    """The text with what comes after it, in the room that is left."""
    tokens = count(model, text)
    room = most - tokens
    if room < 1:
        raise BadInput(f"A text has {tokens} tokens, and with more the model takes at most {most}.")
    return model(text, max_new_tokens=room) if room < NEW_TOKENS else model(text)


def plain(value: object) -> object:
    """What the pipeline gives, with numbers of arrays as what JSON has."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value


if __name__ == "__main__":
    serve(load)
