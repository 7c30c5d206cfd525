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
