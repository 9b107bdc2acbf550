"""Fixtures that every test may use."""

import os

from hypothesis import settings

pytest_plugins = ["tests.fixtures.devchain", "tests.fixtures.databases", "tests.fixtures.world", "tests.fixtures.town"]

if examples := os.environ.get("CHOPMARK_EXAMPLES"):  # scripts/soak.py
    settings.register_profile("soak", max_examples=int(examples), deadline=None)
    settings.load_profile("soak")
