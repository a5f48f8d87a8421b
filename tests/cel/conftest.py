"""Values of CEL that the tests of the engine share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sec02_policies import cel
from sec02_policies.cel.types import DYN, TIMESTAMP

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def evaluate() -> Callable[..., Any]:
    """Evaluate an expression with its variables as keyword arguments, without the checker."""

    def run(source: str, *, engine: Any = "native", **bindings: Any) -> Any:
        types = {name: TIMESTAMP if isinstance(value, cel.Timestamp) else DYN for name, value in bindings.items()}
        return cel.compile(source, cel.Environment(types), engine=engine, check=False).evaluate(bindings)

    return run
