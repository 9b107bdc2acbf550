"""Demonstration material and the demonstration site: what `scripts/dev.py` is made of.

Persons, institutions, journals and numbers are invented. Where a number has a check digit, the digit is right, so that
nothing here trips a format check; where a right number could belong to somebody, a part of it is one that was never
given out (resident IDs name a city that does not exist, the school code is not assigned).
"""
