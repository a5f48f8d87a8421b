"""The extension library `base64`."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from sec02_policies.cel.functions.registry import Registry
from sec02_policies.errors import EvaluationError

if TYPE_CHECKING:
    from sec02_policies.cel.budget import Budget

library = Registry()

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


@library.function("base64.encode", frozenset({bytes}), budgeted=True)
def encode(budget: Budget, content: bytes) -> str:
    """Return the bytes in base64, padded."""
    budget.spend(2 * len(content))
    return base64.b64encode(content).decode()


@library.function("base64.decode", frozenset({str}), budgeted=True)
def decode(budget: Budget, text: str) -> bytes:
    """Return the bytes that base64 text stands for; the padding may be missing."""
    budget.spend(len(text))
    padded = text if "=" in text else text + "=" * (-len(text) % 4)
    if not _BASE64.fullmatch(padded):
        raise EvaluationError("bad_base64", "the text is no base64")
    try:
        return base64.b64decode(padded, validate=True)
    except ValueError:
        raise EvaluationError("bad_base64", "the text is no base64") from None
