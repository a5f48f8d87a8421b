"""What a report format costs, in one run on one document, as a ratio to json.dumps of the same rows.

    python benchmarks/report.py [ROWS]

The rows (20,000 by default) are those of the fixture snapshot `partial`, again and again with other names. The times
are of the processor, the best of several rounds in which all take turns; a format should stay under 3, or do more than
100,000 rows in a second.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.evaluate import summary
from sec02_policies.report import Background, Format, render

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5


def document_of(rows: int) -> tuple[dict[str, Any], Background]:
    policies = PolicySet.packaged()
    evaluation = evaluate(Snapshot.loads((ROOT / "snapshots" / "partial.json").read_bytes()), policies)
    document = evaluation.document()
    found = document["results"]
    document["results"] = [renamed(found[number % len(found)], number) for number in range(rows)]
    document["results"].sort(key=lambda row: row["policy_id"])
    document["summary"] = summary(evaluation.results)
    return document, Background(policies=policies.about())


def renamed(row: dict[str, Any], number: int) -> dict[str, Any]:
    other = {name: row[name] and f"{row[name]}-{number}" for name in ("resource_id", "resource_name", "resource_arn")}
    return row | other | {"message": f"{row['message']} ({number})", "fingerprint": f"{number:020x}"}


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    document, background = document_of(rows)
    jobs: dict[str, Callable[[], object]] = {"json.dumps": lambda: json.dumps(document["results"])}
    jobs |= {each.value: lambda each=each: render(document, each, background) for each in Format}  # type: ignore[misc]
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            best[name] = min(best[name], seconds(job))
    print(f"{rows} rows           seconds  ratio  rows/second")
    for name, spent in best.items():
        print(f"{name:18} {spent:10.3f} {spent / best['json.dumps']:6.2f} {rows / spent:12,.0f}")


if __name__ == "__main__":
    main()
