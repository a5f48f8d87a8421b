"""No answer of AWS in a log: what botocore and urllib3 say below WARNING holds bodies, tokens and signatures."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGES = ("boto3", "botocore", "urllib3")
# Their loggers are made when they are imported; botocore imports some of them with the first client only.
_LATE = (
    "botocore.auth",
    "botocore.client",
    "botocore.credentials",
    "botocore.endpoint",
    "botocore.httpsession",
    "botocore.parsers",
    "botocore.regions",
    "botocore.retries.adaptive",
    "botocore.retries.standard",
    "botocore.retryhandler",
    "botocore.tokens",
    "urllib3.connectionpool",
)
_lock = Lock()
_silenced: dict[logging.Logger, int] = {}


@contextmanager
def silence() -> Iterator[None]:
    """Drop what AWS's libraries log below WARNING, in the whole process, while any such block lasts."""
    loggers = _loggers()
    with _lock:
        for logger in loggers:
            if logger not in _silenced:
                logger.addFilter(_worth_a_warning)
            _silenced[logger] = _silenced.get(logger, 0) + 1
    try:
        yield
    finally:
        with _lock:
            for logger in loggers:
                _silenced[logger] -= 1
                if not _silenced[logger]:
                    del _silenced[logger]
                    logger.removeFilter(_worth_a_warning)


def _worth_a_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _loggers() -> list[logging.Logger]:
    """All loggers of those libraries; a filter works on what is said to its own logger only, not below it."""
    for name in _LATE:
        import_module(name)
    known = list(logging.root.manager.loggerDict)
    return [logging.getLogger(each) for each in known if each.partition(".")[0] in _PACKAGES]
