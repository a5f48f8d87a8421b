"""What being ready for Unknown costs where nothing is unknown: the native function beside its own body alone."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

from sec02_policies.cel import Environment, native
from sec02_policies.cel.parse import parse
from sec02_policies.cel.resolve import resolve
from sec02_policies.cel.types import DYN
from sec02_policies.testing import example

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCES = (
    "resource.mfa_devices.exists(d, d.kind == 'virtual')",
    "size(resource.groups) > 0",
    "!resource.password_enabled || resource.access_keys.all(k, k.status != 'Active')",
)
ENVIRONMENT = Environment({"resource": DYN})


def made(text: str, names: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    space = {**names, "interpret": None}
    exec(compile(text, "<cel>", "exec"), space)  # noqa: S102 - our compiler's own text
    function: Callable[[dict[str, Any]], object] = space["evaluate"]
    return function


def seconds(function: Callable[[dict[str, Any]], object], documents: list[dict[str, Any]]) -> float:
    start = time.perf_counter()
    for document in documents:
        function(document)
    return time.perf_counter() - start


def main() -> None:
    documents = [{"resource": example("iam_user", {"name": f"u{number}"})} for number in range(2000)]
    for source in SOURCES:
        text, names = native._function(resolve(parse(source), ENVIRONMENT), ENVIRONMENT)  # noqa: SLF001 - its text is measured
        body = text.replace("    try:\n", "    if True:\n", 1).replace(native._TAIL, "")  # noqa: SLF001 - as above
        ready, alone = made(text, names), made(body, names)
        ratios = [seconds(ready, documents) / seconds(alone, documents) for _ in range(25)]
        print(f"{statistics.median(ratios):.3f}  {source}")


if __name__ == "__main__":
    main()
