"""How a log line is written: one line of key=value, with ids and never a record's values."""

import traceback
from typing import TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger


def where_it_broke(target: TextIO, raised: ExcInfo) -> None:
    """Write what broke, and where: neither local variables nor messages, for both quote people's data.

    PostgreSQL says of a duplicate which value it is, and a parser what it could not read.
    """
    chain: list[BaseException] = []
    error: BaseException | None = raised[1]
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for each in reversed(chain):
        target.write("\n" + "".join(traceback.format_tb(each.__traceback__)))
        target.write(f"{type(each).__module__}.{type(each).__qualname__}")


_renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=where_it_broke, pad_event_to=1)


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
