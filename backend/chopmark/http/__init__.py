"""The service's face: HTTP with JSON, ``app.make_app(site)``. Routes are in ``api/``; what holds for all of them is here.

A request passes ``watch`` (number, clock, log, counts, headers), ``limits`` (sizes, times), then its route
(``routes``: the token, its scope, strict JSON). Whatever goes wrong on the way leaves as one problem (``problems``).
"""
