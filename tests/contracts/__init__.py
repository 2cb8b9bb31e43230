"""Suites that a fake and the real thing must both pass."""

import pytest

pytest.register_assert_rewrite("tests.contracts.engine_contract")
pytest.register_assert_rewrite("tests.contracts.gateway_contract")
