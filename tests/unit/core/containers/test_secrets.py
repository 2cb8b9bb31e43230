import pytest

from modeldesk.core.containers.secrets import looks_secret


@pytest.mark.parametrize(
    "name",
    ["API_KEY", "apikey", "DB_PASSWORD", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "HF_TOKENS"],
)
def test_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["PORT", "MODEL_NAME", "LOG_LEVEL", "AUTHOR", "TOKENIZER"])
def test_not_secret(name: str) -> None:
    assert not looks_secret(name)
