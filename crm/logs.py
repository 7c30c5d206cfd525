"""How a log line is written: one line of key=value, with ids and never a record's values."""

import structlog
from structlog.typing import EventDict, WrappedLogger

# The plain traceback: the decorated one prints local variables, and those hold people's data.
_renderer = structlog.dev.ConsoleRenderer(
    colors=False, exception_formatter=structlog.dev.plain_traceback, pad_event_to=1
)


def render(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """Render one event of the standard library's logging as a line."""
    record = event.pop("_record", None)
    event.pop("_from_structlog", None)
    if record is not None:
        event.setdefault("level", record.levelname.lower())
        event.setdefault("logger", record.name)
    return str(_renderer(logger, name, event))


def send_to_logging() -> None:
    """Let structlog's loggers write through the standard library's logging, where the settings decide."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_log_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
