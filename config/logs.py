"""Logging: structlog in front of the standard library, JSON in production, lines for people otherwise."""

from __future__ import annotations

import logging.config
from typing import Any

import structlog


class _NoProbes(logging.Filter):
    """Leave out that a readiness probe was answered "not ready": who probes is told, every few seconds."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(getattr(record, "request", None), "path", "") != "/readyz"


def configure(options: dict[str, Any]) -> None:
    """Set up logging. Shape: `options` has `json` (bool) and `level` (a standard level's name)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = structlog.processors.JSONRenderer() if options["json"] else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structlog": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.format_exc_info,
                        renderer,
                    ],
                    "foreign_pre_chain": shared,
                }
            },
            "filters": {"no_probes": {"()": _NoProbes}},
            "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structlog"}},
            "root": {"handlers": ["console"], "level": options["level"]},
            "loggers": {
                "axes": {"level": "WARNING"},
                "procrastinate": {"level": "WARNING"},
                "django": {"handlers": [], "level": "INFO"},  # its own console handler would print all of it twice
                "django.request": {"filters": ["no_probes"]},
                "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            },
        }
    )
