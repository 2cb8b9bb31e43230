"""What all tests share: a home of their own, and guards that fail what leaks or complains."""

pytest_plugins = (
    "tests.support.generated",
    "tests.support.real_parts",
    "tests.support.home",
    "tests.support.logs",
    "tests.support.leaks",
    "tests.support.report",
)
