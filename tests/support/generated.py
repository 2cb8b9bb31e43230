"""How tests with generated examples go: the same examples in each run, so that a change alone makes
one fail, and no time limit, which tells of the machine. ``--hypothesis-profile random`` of pytest
tries new ones, ``thorough`` many of them."""

from hypothesis import HealthCheck, settings

_QUIET = (HealthCheck.too_slow,)

settings.register_profile("same", derandomize=True, suppress_health_check=_QUIET)
settings.register_profile("random", suppress_health_check=_QUIET)
settings.register_profile("thorough", suppress_health_check=_QUIET, max_examples=2_000)
settings.load_profile("same")
