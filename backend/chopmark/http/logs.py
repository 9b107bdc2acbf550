"""The service's log: one JSON object a line on standard error.

A line holds a time, an event and facts that are ours: route templates, codes, counts, ids of tokens and requests. Never a
path, a query, a header, a body, a name: what a caller sent does not get here (FAULTS 54). An exception is told by its type
and the lines of our code that it passed, without its message, which may quote what somebody sent.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import structlog

from chopmark.errors import ChopmarkError

_FRAMES = 12


class Log:
    """Writes lines. ``stream``: where to; None: standard error as it is at that moment."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._processors: list[structlog.typing.Processor] = [
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ]

    def info(self, event: str, **facts: object) -> None:
        """Something happened."""
        self._logger().info(event, **facts)

    def warning(self, event: str, **facts: object) -> None:
        """Something does not go as it should."""
        self._logger().warning(event, **facts)

    def fault(self, event: str, fault: BaseException, **facts: object) -> None:
        """An error: an expected one by its code, another by its type and the way that it took."""
        if isinstance(fault, ChopmarkError):
            self._logger().warning(event, code=fault.code, **facts)
        else:
            self._logger().error(event, error=type(fault).__name__, way=way(fault), **facts)

    def _logger(self) -> structlog.typing.FilteringBoundLogger:
        made: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            structlog.PrintLogger(self._stream or sys.stderr),
            processors=self._processors,
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            context_class=dict,
        )
        return made


def way(fault: BaseException) -> list[str]:
    """The last lines of code that an exception passed, as ``file:line function``, the place of its origin last."""
    frames = traceback.extract_tb(fault.__traceback__)[-_FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


class Borrowed(logging.Handler):
    """Lines of libraries (uvicorn) in our form: their sentences without what they would fill in."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.INFO)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        facts: Mapping[str, object] = {"library": record.name, "said": str(record.msg).strip()}
        fault = record.exc_info[1] if record.exc_info else None
        if fault is not None:
            self._log.fault("library", fault, **facts)
        elif record.levelno >= logging.WARNING:
            self._log.warning("library", **facts)
        else:
            self._log.info("library", **facts)
