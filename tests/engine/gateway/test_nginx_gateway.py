"""Gateways of nginx keep what every gateway promises, by an older nginx and by a newer one."""

from collections.abc import Iterator

import pytest

from tests.contracts.gateway_contract import GatewayContract
from tests.engine.bench import connected
from tests.engine.gateway.bench import NginxBench, gateway_bench_on
from tests.support.engine import NGINX, NGINX_NEW


class TestNginxGateway(GatewayContract):
    @pytest.fixture
    def gateway_bench(self, engine_url: str, unique_name: str) -> Iterator[NginxBench]:
        with connected(engine_url) as engine, gateway_bench_on(engine, NGINX, unique_name) as bench:
            yield bench


class TestNewerNginxGateway(GatewayContract):
    @pytest.fixture
    def gateway_bench(self, engine_url: str, unique_name: str) -> Iterator[NginxBench]:
        with (
            connected(engine_url) as engine,
            gateway_bench_on(engine, NGINX_NEW, unique_name) as bench,
        ):
            yield bench
