"""What an evaluation of CEL costs, in one run on one set of documents, as a ratio to hand-written Python.

    python benchmarks/cel [USERS]

Twelve policies of the catalogue over IAM users (10,000 by default): each policy's variables are written into its
condition, its limits in days become durations, and every engine gets the same text. All engines must agree with the
hand-written Python on the documents that they are timed on. cel-cpp gets a tenth of the users, rego-cpp 2 % and
cel-python 1 %; every time is per evaluation. The native engine and the hand-written Python read the same dicts; the
native engine remembers timestamps that it has read before.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from documents import Document, users
from engines import engines
from in_cel import POLICIES, source
from in_python import BY_HAND

from sec02_policies import cel
from sec02_policies.catalog.load import load_policy
from sec02_policies.cel.parse import parse

if TYPE_CHECKING:
    from collections.abc import Callable


def timed(run: Callable[[Document], object], documents: list[Document], *, repeat: int) -> float:
    """The least time per document, of several rounds through all."""
    best = float("inf")
    gc.disable()
    for _ in range(repeat):
        start = time.perf_counter()
        for document in documents:
            run(document)
        best = min(best, time.perf_counter() - start)
    gc.enable()
    return best / len(documents)


def measure(count: int) -> None:
    documents = users(count)
    found = engines()
    print(f"{count} users, {len(BY_HAND)} policies; ratio to hand-written Python (per evaluation)")
    print(f"{'policy':<34}" + "".join(f"{name:>12}" for name in found))
    ours, plains = dict.fromkeys(found, 0.0), dict.fromkeys(found, 0.0)
    for name, by_hand in BY_HAND.items():
        text, params = source(name)
        plain = timed(lambda document, by_hand=by_hand, params=params: by_hand(document, params), documents, repeat=3)
        row = f"{name:<34}"
        for engine, (prepare, share) in found.items():
            run = prepare(name, text, params)
            if run is None:
                row += f"{'-':>12}"
                continue
            some = documents[: max(20, int(count * share))]
            wrong = [document["id"] for document in some if bool(run(document)) is not by_hand(document, params)]
            assert not wrong, f"{engine} disagrees on {name}: {wrong[:3]}"
            cost = timed(run, some, repeat=3 if share > 0.05 else 1)
            ours[engine] += cost
            plains[engine] += plain
            row += f"{cost / plain:>12.2f}"
        print(row)
    print(f"{'overall':<34}" + "".join(f"{ours[engine] / plains[engine]:>12.2f}" for engine in found))


def compile_times() -> None:
    """What compiling all shipped policies takes, and what cel-python needs to parse the same expressions."""
    import celpy

    from sec02_policies.evaluate.programs import compile_policy

    loaded = [
        load_policy(path.read_bytes(), str(path))
        for path in sorted(POLICIES.rglob("*.yaml"))
        if not path.name.endswith(".test.yaml")
    ]
    environment = celpy.Environment()
    environment.compile("true")
    compile_policy(*loaded[0], engine="native")
    start = time.perf_counter()
    for policy, file in loaded[1:]:
        compile_policy(policy, file, engine="native")
    ours = time.perf_counter() - start
    texts = [
        text
        for policy, _ in loaded[1:]
        for text in (
            policy.when,
            policy.condition,
            policy.message,
            *policy.variables.values(),
            *policy.evidence.values(),
        )
        if text
    ]
    start = time.perf_counter()
    for text in texts:
        environment.compile(text)
    theirs = time.perf_counter() - start
    limits = cel.Limits(depth=95)  # another limit than the cached trees have
    start = time.perf_counter()
    for text in texts:
        parse(text, limits=limits)
    parsing = time.perf_counter() - start
    print(f"load, check and compile {len(loaded)} policies, {len(texts)} expressions: {ours:.2f} s")
    print(f"parse them: {parsing:.2f} s, cel-python: {theirs:.2f} s")


def import_times() -> None:
    """What importing costs beside two modules of the standard library that it needs anyway."""

    def seconds(code: str) -> float:
        runs = []
        for _ in range(7):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own text
            runs.append(time.perf_counter() - start)
        return min(runs)

    base = seconds("import json, dataclasses")
    for module in ("sec02_policies", "sec02_policies.cel"):
        print(f"import {module}: {seconds(f'import {module}') / base:.2f} times `import json, dataclasses`")


def main(arguments: list[str]) -> int:
    measure(int(arguments[0]) if arguments else 10_000)
    compile_times()
    import_times()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
