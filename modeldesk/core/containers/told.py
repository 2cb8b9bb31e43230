"""What people tell for histories and registries, where many read it."""

from modeldesk.core.containers.secrets import looks_secret, without_secrets
from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr


def check_told(text: str) -> str:
    """A reason, a message or a name as a person gave it, stripped. Raises `InvalidInput` where it
    seems to hold a secret."""
    if without_secrets(text) != text:
        raise InvalidInput(
            tr("What is told there looks as if it held a secret."),
            tr("It is kept where others read it. Leave the secret out, or write it otherwise if it "
               "is none."),
        )  # fmt: skip
    return text.strip()


def check_value(key: str, name: str, value: str) -> None:
    """Raise `InvalidInput` where a value of metadata, called `name`, looks like a secret; `key` is
    how a person writes it."""
    if looks_secret(name, value):
        raise InvalidInput(
            tr("“{key}” looks like a secret.", key=key),
            tr("Whoever may read the version may read its metadata. Leave it out, or use "
               "another name if it is none."),
        )  # fmt: skip
