"""The makers of ``tests/vectors/*.json``: one small file each. Fixed seeds: the same code always writes the same bytes."""
