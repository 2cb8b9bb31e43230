import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.containers.secrets import HIDDEN, looks_secret, shown_value, without_secrets

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
    assert looks_secret(name, "")


@pytest.mark.parametrize("name", PLAIN)
def test_not_secret(name: str) -> None:
    assert not looks_secret(name, "")


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


@pytest.mark.parametrize(
    "value",
    [
        f"ghp_{'a1' * 12}",
        "AKIAABCDEFGHIJKLMNOP",
        f"xoxb-{'1' * 12}",
        f"Bearer {'a1' * 9}",
        f"https://lan/x?sv=1&sig={'a' * 9}",
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl",
        "-----BEGIN PRIVATE KEY-----\nMII",
    ],
)
def test_a_token_is_secret_by_its_looks(value: str) -> None:
    assert looks_secret("A1", value)
    assert shown_value("A1", value) == HIDDEN


@pytest.mark.parametrize("value", ["", "postgres://h/db", "http://h:8080/v1", "http://u@h/x"])
def test_an_address_without_a_password_is_not(value: str) -> None:
    assert not looks_secret("DATABASE_URL", value)


@pytest.mark.parametrize(
    "text",
    [
        '["serve", "--password=hunter4"]',
        '["serve", "--password", "hunter4"]',
        r'["sh", "-c", "TOKEN=\"hunter4 and more\" serve --api-key \"hunter4\""]',
        'CMD ["serve" "--password" "hunter4"]',
        '{"url": "x", "api_key": "hunter4 and more"}',
        r'["serve", "--config", "{\"db\": {\"password\":\"hunter4\"}}"]',
        "serve --api-key hunter4 --port 80",
        "RUN pip install --index-url https://bot:hunter4@git.lan/simple x",
        "RUN |1 GIT_TOKEN=hunter4 /bin/sh -c make",
        "ENV DB_PASSWORD='hunter4 and more'",
        'sh -c "PWD=hunter4 serve"',
        'RUN curl -H "Authorization: Bearer hunter4" https://x/y',
        'RUN curl -H "X-Api-Key: hunter4" https://x/y',
        "RUN curl --header 'PRIVATE-TOKEN:hunter4' https://x/y",
        "RUN pip install git+https://ghp_hunter4hunter4hunter4@git.lan/a.git",
        "RUN curl -u bot:hunter4 https://lan/x",
        'ENTRYPOINT ["curl", "-u", "bot:hunter4", "https://lan/x"]',
        "RUN curl --proxy-user=bot:hunter4 https://lan/x",
        "RUN docker login -u bot -p hunter4 lan:5000",
        "RUN sshpass -p hunter4 ssh bot@lan",
        "RUN wandb login hunter4hunter4",
        "RUN curl 'https://lan/x?sv=2024&sig=hunter4%3D&se=2'",
        "RUN echo sk-proj-hunter4hunter4hunter4hunter4 > key",
        "RUN echo glpat-hunter4hunter4hunter4",
        "RUN echo hf_hunter4hunter4hunter4hunter4",
        "RUN printf -----BEGIN RSA PRIVATE KEY-----hunter4-----END RSA PRIVATE KEY-----",
    ],
)
def test_a_text_is_shown_without_its_secrets(text: str) -> None:
    shown = without_secrets(text)
    assert "hunter4" not in shown
    assert "and more" not in shown
    assert HIDDEN in shown
    assert shown[:4] == text[:4]


@pytest.mark.parametrize(
    "text",
    [
        '["vllm", "serve", "--max-num-batched-tokens", "8192", "--max-tokens=64"]',
        "RUN --mount=type=secret,id=token make",
        "RUN pip install --index-url https://git.lan/simple --no-cache-dir x",
        "COPY --chown=1000:1000 . /app",
        "CMD python -m serve --port 5000",
        '{"accuracy": "0.9", "monkey": "x"}',
        'RUN curl -H "Accept: application/json" https://bot@git.lan/x',
        "RUN docker run -u 1000:1000 --user 10:10 x",
        "RUN mkdir -p /data && cp -p a b && python -u serve.py",
        "the bearer of bad news; sk-learn and hf_transfer stay",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert without_secrets(text) == text


def test_a_value_is_hidden_for_its_name_or_in_part() -> None:
    assert shown_value("API_KEY", "hunter4") == HIDDEN
    assert shown_value("START", "serve --token hunter4 x") == f"serve --token {HIDDEN} x"
    assert shown_value("PORT", "5000") == "5000"


def test_a_long_text_takes_no_long_time() -> None:
    for text in ("a" * 200_000, "a " * 100_000, "--a " * 50_000, "=" * 200_000, "a:" * 100_000):
        assert without_secrets(text) == text


def test_a_value_of_many_addresses_is_judged_to_its_end() -> None:
    assert not looks_secret("PLAIN", "://a:" * 20_000)
    assert looks_secret("PLAIN", "://a:" * 20_000 + "b@")


ADDRESS = re.compile(r"(://[^\s/:@]*+:)[^\s@\"]++(?=@)")
ADDRESS_IN_VALUE = re.compile(r"://[^\s/:@]*+:[^\s@]++@")
"""What an address with a password is; looked for from each of its beginnings to the end."""


@given(
    st.lists(st.sampled_from(["://", ":", "/", "@", "@", " ", "\n", '"', "a", "é"])).map("".join)
)
def test_an_address_with_a_password_is_found_as_its_rule_says(text: str) -> None:
    assert without_secrets(text) == ADDRESS.sub(rf"\1{HIDDEN}", text)
    assert looks_secret("PLAIN", text) == bool(ADDRESS_IN_VALUE.search(text))


@pytest.mark.parametrize(
    "piece", ["://", "://:", "://a:", "://a:b", "://a", "a@", "://a: @", '://:"']
)
def test_addresses_without_end_take_no_long_time(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    begun = time.process_time()
    without_secrets(text)
    looks_secret("PLAIN", text)
    assert time.process_time() - begun < 1.0
