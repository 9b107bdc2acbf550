"""Matching by what stands on a paper: no recorded value is ever told."""

from __future__ import annotations

from typing import Any

from chopmark.http.here import Here, SignedIn
from chopmark.http.models.verifications import MatchIn, MatchOut
from chopmark.http.routes import Router, declared
from chopmark.services.number import Question, as_json, match_number

router = Router(tags=["verify"])


@router.post(
    "/matches",
    **declared("match", 404, 413, 415),
    operation_id="match",
    summary="按编号比对 · match by number",
    response_model=MatchOut,
    response_model_exclude_unset=True,
)
def match(wanted: MatchIn, caller: SignedIn, here: Here) -> dict[str, Any]:
    """How the typed fields stand to the record of a number. Whoever cannot name the holder learns nothing; throttled."""
    question = Question(wanted.number, wanted.fields, wanted.kind, wanted.issuer)
    found = match_number(here.site.number_desk(), question, caller.token_id)
    here.metrics.verdict(found.verdict.value)
    return as_json(found)
