import pytest

from modeldesk.core.containers.secrets import looks_secret

# fmt: off
SECRETS = (
    "API_KEY", "apikey", "DB_PASSWORD", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "HF_TOKENS",
    "TOKEN2", "PASSWORD1", "MYSQL_PWD", "DBPWD", "OPENAI_KEY", "STORAGE_KEY2", "SENTRY_DSN",
    "CONNECTION_STRING", "AzureConnectionString", "spring.datasource.password",
)
PLAIN = (
    "PORT", "MODEL_NAME", "LOG_LEVEL", "AUTHOR", "TOKENIZER", "PWD", "OLDPWD", "KEYS_FILE",
    "PUBLIC_KEY", "MONKEY", "TOKEN2VEC", "CONN_STRATEGY",
)
# fmt: on


@pytest.mark.parametrize("name", SECRETS)
def test_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", PLAIN)
def test_not_secret(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize(
    "value",
    [
        "postgres://u:p@h/db",
        "redis://:p%40ss@h:6379",
        "Server=h;Database=d;Password=x",
        "host=h dbname=d password=x",
    ],
)
def test_a_value_with_a_password_in_it_is_secret_whatever_its_name(value: str) -> None:
    assert looks_secret("DATABASE_URL", value)


@pytest.mark.parametrize("value", ["", "postgres://h/db", "http://h:8080/v1", "http://u@h/x"])
def test_an_address_without_a_password_is_not(value: str) -> None:
    assert not looks_secret("DATABASE_URL", value)
