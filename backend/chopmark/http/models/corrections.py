"""Corrections as they are asked for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chopmark.http.models.base import Strict
from chopmark.http.models.registrations import Fields


class CorrectionIn(Strict):
    """What is corrected; what is not given is taken over, files are not. ``reason``: a coded one, see /reasons."""

    fields: Annotated[Fields, Field(default_factory=dict)]
    reason: Annotated[str, Field(max_length=60, examples=["corrected"])] = "corrected"
