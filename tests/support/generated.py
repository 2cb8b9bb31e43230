"""How tests with generated examples go: the same examples in each run, so that a change alone makes
one fail, and no time limit, which tells of the machine. ``--hypothesis-profile random`` of pytest
tries new ones, ``thorough`` many of them."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "random", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("thorough", settings.get_profile("random"), max_examples=2_000)
settings.register_profile("same", settings.get_profile("random"), derandomize=True)
settings.load_profile("same")
