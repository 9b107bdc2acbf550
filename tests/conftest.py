"""Fixtures that every test may use."""

pytest_plugins = ["tests.fixtures.devchain", "tests.fixtures.databases", "tests.fixtures.world"]
