"""Changing what was said: revoking, suspending, resuming (``change``; many at once: ``sheet``), and correcting (``correct``)."""

from chopmark.services.status.change import Changed, find_each, outcome, require_done, require_final
from chopmark.services.status.correct import Correction, accept_correction, check_correction, made_before
from chopmark.services.status.corrections import CorrectionSheet, accept_corrections, examine_corrections
from chopmark.services.status.sheet import Meant, StatusSheet, examine_changes, request_sheet

__all__ = [
    "Changed",
    "Correction",
    "CorrectionSheet",
    "Meant",
    "StatusSheet",
    "accept_correction",
    "accept_corrections",
    "check_correction",
    "examine_changes",
    "examine_corrections",
    "find_each",
    "made_before",
    "outcome",
    "request_sheet",
    "require_done",
    "require_final",
]
