"""A model's name, made from whatever its folder is called."""

import re
import unicodedata

from modeldesk.core.ids import ModelName

FALLBACK = ModelName("model")
_LONGEST = 100
_FOREIGN = re.compile(r"[^a-z0-9._-]+")
_SEPARATORS = re.compile(r"[._-]+")
_KEPT = {".", "_", "__"}


def model_name(folder_name: str) -> ModelName:
    """A name that a repository can have: ``Churn Model (v2)`` → ``churn-model-v2``. Accents are
    dropped; a name without Latin letters or digits gives ``model``."""
    plain = unicodedata.normalize("NFKD", folder_name).encode("ascii", "ignore").decode().lower()
    # Accents go with the encoding; a whole word in another script leaves its separators behind.
    words = _FOREIGN.sub("-", plain)
    name = _SEPARATORS.sub(lambda run: run[0] if run[0] in _KEPT else "-", words)
    return ModelName(name[:_LONGEST].strip("._-")) or FALLBACK
