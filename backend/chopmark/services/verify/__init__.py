"""Verification of whatever was handed in: collect, match, examine, ask the chain once, conclude."""
