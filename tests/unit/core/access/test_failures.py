"""How often somebody may fail."""

from modeldesk.core.access.failures import MOST_FAILURES, WITHIN_S, Failures


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_whoever_fails_too_often_waits() -> None:
    clock = Clock()
    failures = Failures(clock)
    for _ in range(MOST_FAILURES - 1):
        failures.add("192.0.2.1")
    assert failures.wait_s("192.0.2.1") == 0
    failures.add("192.0.2.1")
    assert failures.wait_s("192.0.2.1") == WITHIN_S
    assert failures.wait_s("192.0.2.2") == 0
    clock.now += WITHIN_S - 1
    assert failures.wait_s("192.0.2.1") == 1
    clock.now += 1
    assert failures.wait_s("192.0.2.1") == 0


def test_any_number_of_addresses_fills_no_memory() -> None:
    failures = Failures(Clock())
    for number in range(10_100):
        failures.add(str(number))
    assert len(failures._times) == 10_000
