"""Fixtures that every test may use."""

import os

from hypothesis import settings

pytest_plugins = ["tests.fixtures.devchain", "tests.fixtures.databases", "tests.fixtures.world", "tests.fixtures.town"]

if examples := os.environ.get("CHOPMARK_EXAMPLES"):  # scripts/soak.py
    settings.register_profile("soak", max_examples=int(examples), deadline=None)
    settings.load_profile("soak")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long bytes are no name: a PDF made anew differs in every process, and pytest-xdist wants the same names in all."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None
