"""The command line. Heavy rooms are imported inside the commands, so that ``--help`` is instant."""

from chopmark.cli.app import main

__all__ = ["main"]
