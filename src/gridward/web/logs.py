"""Structured logs that hold ids only: no query strings, no bodies, no words of people.

Exceptions are told by type and by the lines they passed, never by their message, because a
database's message quotes the row. Records of libraries keep their template and lose what was
filled in.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.types import EventDict, Processor

# who may have the arguments of a record filled in: their messages hold no personal words
TRUSTED = ("gridward", "_granian", "granian")


def event(name: str, **ids: Any) -> None:
    """Writes one structured line; give ids, codes and numbers only."""
    structlog.get_logger("gridward").info(name, **ids)


def without_arguments(_logger: Any, _method: str, told: EventDict) -> EventDict:
    """A library's record with its template instead of the filled-in sentence."""
    record: logging.LogRecord | None = told.get("_record")
    if record is not None and not record.name.startswith(TRUSTED):
        told["event"] = str(record.msg)
        told["logger"] = record.name
        told.pop("positional_args", None)
    return told


_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def our_extras(_logger: Any, _method: str, told: EventDict) -> EventDict:
    """What our own rooms add to a record with `extra` (ids and codes); never a library's."""
    record: logging.LogRecord | None = told.get("_record")
    if record is not None and record.name.startswith("gridward"):
        told.update({k: v for k, v in vars(record).items() if k not in _PLAIN and k[0] != "_"})
    return told


def without_messages(_logger: Any, _method: str, told: EventDict) -> EventDict:
    """Exceptions as type and places; the message and the values stay where they are."""
    found = told.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if not found or found[0] is None:
        return told
    kind, _error, trace = found
    told["error"] = f"{kind.__module__}.{kind.__qualname__}"
    told["places"] = [
        f"{frame.filename.rsplit('site-packages/', 1)[-1].rsplit('/src/', 1)[-1]}"
        f":{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)[-12:]
    ]
    return told


def config(*, debug: bool, level: str = "INFO") -> dict[str, Any]:
    """The LOGGING setting: JSON lines on stderr, readable lines on a terminal or with debug."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    kept: list[Processor] = [] if debug else [without_arguments, without_messages]
    pretty = debug or sys.stderr.isatty()
    render: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if pretty
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*shared, our_extras],
                "processors": [
                    *kept,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    render,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "gridward": {"level": level},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # every 4xx: the request line of gridward.web.requests tells it already
            "django.request": {"level": "ERROR", "propagate": True},
            "_granian": {"level": "WARNING", "propagate": True},
        },
    }
