"""What the inventory of a large account costs beside its evaluation, and how both grow.

    python benchmarks/inventory.py [USERS ...]

The account is the fixture snapshot `demo` with its users, roles and Identity Center users copied under other names. The
ratio to `evaluate` should stay under 1, and the time should grow with the account, not with its square.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.inventory import inventory
from sec02_policies.review import campaign

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("iam_user", "iam_role", "idc_user")


def snapshot_of(users: int) -> Snapshot:
    """The demo's account with so many IAM users, and as many times more roles and Identity Center users."""
    document = json.loads((ROOT / "snapshots" / "demo.json").read_bytes())
    resources = document["resources"]
    copies = users // len(resources["iam_user"])
    for kind in COPIED:
        found = list(resources[kind])
        for number in range(1, copies):
            found += [renamed(each, number) for each in resources[kind]]
        resources[kind] = sorted(found, key=lambda each: each["id"])
    for group in resources["idc_group"]:
        group["member_user_ids"] = [each["id"] for each in resources["idc_user"]]
    return Snapshot(document)


def renamed(resource: dict[str, Any], number: int) -> dict[str, Any]:
    """The resource under another id, and its parts with it."""
    text = json.dumps(resource).replace(resource["id"], f"{resource['id']}-{number}")
    copy: dict[str, Any] = json.loads(text)
    for part in (*copy.get("access_keys", ()), *copy.get("ssh_public_keys", ())):
        part["id"] = f"{part['id']}{number}"
    return copy


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    sizes = [int(each) for each in sys.argv[1:]] or [500, 2_000]
    policies = PolicySet.packaged()
    print("users  identities  inventory  to evaluate  review  to evaluate")
    for users in sizes:
        snapshot = snapshot_of(users)
        judged = seconds(lambda snapshot=snapshot: evaluate(snapshot, policies))  # type: ignore[misc]
        listed = seconds(lambda snapshot=snapshot: inventory(snapshot))  # type: ignore[misc]
        reviewed = seconds(lambda snapshot=snapshot: campaign(snapshot, "owner"))  # type: ignore[misc]
        number = len(inventory(snapshot)["identities"])
        print(
            f"{users:5}  {number:10}  {listed:7.2f} s  {listed / judged:11.2f}  {reviewed:4.2f} s"
            f"  {reviewed / judged:11.2f}"
        )


if __name__ == "__main__":
    main()
