"""What evidence costs: sizes, and times as ratios to SHA-256 of the same snapshot in the same run.

    python benchmarks/archive.py [MEGABYTES [SELECT ...]]

Once for the demo's snapshot with all policies, once for one of that many megabytes (50 by default), made of the demo's
users and roles again and again under other names, with the policies of SEC02-BP05. Times are of the processor, the best
of three; memory is the growth of the peak in a process of its own (Linux), as a ratio to the snapshot; to build, beside
the snapshot and the results. Targets for
50 MB: bundle under 12 % of the snapshot, build at most 80, verify at most 110, memory at most 6. Of the results, the
fingerprints alone take 16 bytes each that no compression saves.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.archive import build, read, replay, verify
from sec02_policies.archive.keys import FileSigner
from sec02_policies.archive.replay import policies_of
from sec02_policies.snapshot import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
GROWN = ("iam_user", "iam_role")


def grown(document: dict[str, Any], size: int) -> bytes:
    """The snapshot with copies of its users and roles until it has that many bytes."""
    found = {kind: list(items) for kind, items in document["resources"].items()}
    originals = [
        (kind, json.dumps(item), ids(item)) for kind in GROWN for item in found[kind] if not gaps(document, item)
    ]
    total, number = len(canonical(document)), 0
    while total < size:
        number += 1
        for kind, text, names in originals:
            copy = re.sub("|".join(map(re.escape, names)), rf"\g<0>{number:05d}", text)
            found[kind].append(json.loads(copy))
            total += len(copy)
    resources = {kind: sorted(items, key=lambda each: each["id"]) for kind, items in found.items()}
    return canonical({**document, "resources": resources})


def gaps(document: dict[str, Any], item: dict[str, Any]) -> bool:
    return any(gap["resource_id"] == item["id"] for gap in document["gaps"])


def ids(value: object) -> list[str]:
    """The ids in a resource and its children, the longer first."""
    found: set[str] = set()
    if isinstance(value, dict):
        found |= {value["id"]} if isinstance(value.get("id"), str) else set()
        found |= {each for member in value.values() for each in ids(member)}
    elif isinstance(value, list):
        found |= {each for item in value for each in ids(item)}
    return sorted(found, key=len, reverse=True)


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def measured(title: str, data: bytes, policies: PolicySet) -> None:
    unit = best(lambda: hashlib.sha256(data).digest(), 10)
    signer = FileSigner.generate()
    snapshot = Snapshot.loads(data)
    results = evaluate(snapshot, policies).document()
    bundle = build(snapshot, policies, results).signed(signer)
    packed = bundle.pack()
    steps: dict[str, Callable[[], object]] = {
        "build": lambda: build(snapshot, policies, results).signed(signer).pack(),
        "verify": lambda: verify(packed, trusted=[signer.public]),
    }
    rules = len(policies)
    print(f"\n{title}: {len(data) / 1e6:.1f} MB, {rules} policies, {len(results['results'])} results")
    print(f"  bundle   {len(packed) / len(data):8.1%} of the snapshot")
    for name in ("snapshot.json.gz", "results.json.gz"):
        print(f"    {name:<18}{len(bundle.members[name]) / len(data):8.1%}")
    for name, work in steps.items():
        print(f"  {name:<8} {best(work) / unit:8.0f} x sha256")
    print(f"  replay   {best(lambda: replay(read(packed)), 1) / unit:8.0f} x sha256")
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        Path(file.name).write_bytes(packed)
        for name in ("build", "verify", "replay"):
            print(f"  memory of {name:<8} {peak(name, file.name) / len(data):6.1f} x the snapshot")


def peak(step: str, path: str) -> float:
    command = [sys.executable, __file__, "--step", step, path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - this script
    return float(done.stdout)


def step(name: str, path: str) -> None:
    work = STEPS[name](path)
    before = high_water()
    work()
    print(high_water() - before)


def build_step(path: str) -> Callable[[], object]:
    """Building again what the bundle holds, with the snapshot and the results at hand."""
    bundle = read(Path(path).read_bytes())
    snapshot, policies = Snapshot.loads(bundle.content("snapshot.json.gz")), policies_of(bundle)
    results = json.loads(bundle.content("results.json.gz"))
    ballast = bytes(0)
    while high_water() - resident() > 10**6:  # what loading left free must not hide what building takes
        ballast += b"x" * (high_water() - resident())
    return lambda: (build(snapshot, policies, results).pack(), ballast)


STEPS: dict[str, Callable[[str], Callable[[], object]]] = {
    "build": build_step,
    "verify": lambda path: lambda: verify(Path(path).read_bytes()),
    "replay": lambda path: lambda: replay(read(Path(path).read_bytes())),
}


def high_water() -> int:
    """The most memory that this process ever had, in bytes; unlike ru_maxrss it knows nothing of the parent."""
    return status("VmHWM")


def resident() -> int:
    """The memory that this process has, in bytes."""
    return status("VmRSS")


def status(name: str) -> int:
    line = next(each for each in Path("/proc/self/status").read_text().split("\n") if each.startswith(name))
    return int(line.split()[1]) * 1024


def main() -> None:
    if sys.argv[1:2] == ["--step"]:
        step(*sys.argv[2:4])
        return
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    demo = (ROOT / "snapshots" / "demo.json").read_bytes()
    policies = PolicySet.packaged()
    measured("demo", demo, policies)
    measured(
        f"{megabytes} MB", grown(json.loads(demo), megabytes * 10**6), policies.select(sys.argv[2:] or ["SEC02-BP05"])
    )


if __name__ == "__main__":
    main()
