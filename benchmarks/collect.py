"""What a collection costs as an account grows: calls, wall time and peak memory, against moto in a process of its own.

    python benchmarks/collect.py [N ...]

An account has N users, N roles and N customer managed policies (100, 1,000 and 4,000 by default). A third of the users
has a password, a third an access key. One region is read. The time is mostly moto's; the number of calls is what AWS
would see. Peak memory is so many times the snapshot's file; some 70 MB of it are Python and botocore's clients, there
for any account, and the rest grows by so many times the growth of the file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sec02_policies import PolicySet
from sec02_policies.collect import for_each, operations_for
from sec02_policies.evaluate import fields_read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCOUNT, REGION = "123456789012", "us-east-1"
SIZES = (100, 1_000, 4_000)
MODES: Mapping[str, tuple[str, ...]] = {
    "everything": (),
    "for all policies": ("--for-policies",),
    "for policies of bulk data": ("--for-policies", "--select", "iam-policy-*", "--select", "iam-role-*"),
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one collection cost."""

    size: int
    calls: Mapping[str, int]
    seconds: float
    peak: int
    file: int

    @property
    def total(self) -> int:
        return sum(self.calls.values())


# ------------------------------------------------------------ the account, in the process of moto


def serve(size: int) -> None:
    """Fill moto with an account of that size, print its port, and answer until the process is ended."""
    from moto.core.responses import ActionResult
    from moto.iam.models import iam_backends
    from moto.iam.responses import IamResponse
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    iam = iam_backends[ACCOUNT]["aws"]
    for number in range(size):
        policy = iam.create_policy("", "/", json.dumps(ALLOW), f"policy-{number:05}", [])
        iam.create_role(f"role-{number:05}", json.dumps(TRUST), "/", None, "", [], "3600")
        iam.attach_role_policy(policy.arn, f"role-{number:05}")
        iam.create_user(REGION, f"user-{number:05}")
        iam.attach_user_policy(policy.arn, f"user-{number:05}")
        if number % 3 == 0:
            iam.create_login_profile(f"user-{number:05}", "a-password-of-nobody")
        elif number % 3 == 1:
            iam.create_access_key(f"user-{number:05}")

    def details(self: IamResponse) -> ActionResult:
        """Moto gives the whole account in one page; AWS gives as many items as are asked for."""
        found = self.backend.get_account_authorization_details(self._get_param("Filter", []))
        keys = {"UserDetailList": "users", "GroupDetailList": "groups", "RoleDetailList": "roles"}
        keys["Policies"] = "managed_policies"
        items = [(key, item) for key, name in keys.items() for item in found[name]]
        first, number = int(self._get_param("Marker", "0")), int(self._get_param("MaxItems", "100"))
        page = items[first : first + number]
        answer = {key: [item for name, item in page if name == key] for key in keys}
        more = first + number < len(items)
        return ActionResult({**answer, "IsTruncated": more, **({"Marker": str(first + number)} if more else {})})

    IamResponse.get_account_authorization_details = details

    class Quiet(MotoRequestHandler):
        def log(self, *_: object) -> None:
            """Say nothing."""

    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    print(server.server_port, flush=True)
    server.serve_forever()


@contextmanager
def account(size: int) -> Iterator[str]:
    """The endpoint of an account of that size while the block lasts."""
    command = [sys.executable, __file__, "--serve", str(size)]
    with subprocess.Popen(  # noqa: S603 - this file
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as moto:
        assert moto.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(moto.stdout.readline())}"
        finally:
            moto.terminate()


# ------------------------------------------------------------ one collection, in a process of its own


def collected(size: int, endpoint: str, options: tuple[str, ...]) -> Cost:
    """What `sec02 collect` costs there."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "snapshot.json"
        code = "import sys; from sec02_policies.cli import run; sys.exit(run(sys.argv[1:]))"
        command = [sys.executable, "-c", code, "collect", "--region", REGION, "--output", str(output), *options]
        started = time.perf_counter()
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment)  # noqa: S603 - ourselves
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, f"exit code {process.returncode}"
        data = output.read_bytes()
    return Cost(size=size, calls=_calls(json.loads(data)), seconds=seconds, peak=usage.ru_maxrss * 1024, file=len(data))


def _calls(document: dict[str, Any]) -> dict[str, int]:
    """The requests of each operation."""
    found: dict[str, int] = {}
    for each in document["calls"]:
        api = f"{each['service']}:{each['operation']}"
        found[api] = found.get(api, 0) + each["pages"]
    return found


# ------------------------------------------------------------ what it shows


def show(costs: list[Cost]) -> None:
    print("    users      calls  per user    seconds    peak MB  snapshot MB   times")
    for each in costs:
        numbers = f"{each.seconds:>11.1f}{each.peak / 1e6:>11.1f}{each.file / 1e6:>13.2f}"
        print(f"{each.size:>9,}{each.total:>11,}{each.total / each.size:>10.2f}{numbers}{each.peak / each.file:>8.1f}")
    first, last = costs[0], costs[-1]
    if last.size > first.size:
        calls = (last.total - first.total) / (last.size - first.size)
        memory = (last.peak - first.peak) / (last.file - first.file)
        print(
            f"one more user, role and policy: {calls:.3f} calls; one more byte of the snapshot: {memory:.1f} of memory"
        )


def show_growth(costs: list[Cost]) -> None:
    """Which operations grow with the account, and for which policies they are called."""
    needed: dict[str, list[str]] = {}
    for policy in PolicySet.packaged():
        for operation in operations_for(fields_read([policy])):
            if for_each(operation):
                needed.setdefault(operation.api, []).append(policy.id)
    first, last = costs[0], costs[-1]
    for api, number in sorted(last.calls.items()):
        grown = (number - first.calls.get(api, 0)) / max(1, last.size - first.size)
        if api in needed and grown > 0:
            who = f"{len(needed[api])} policies: {', '.join(needed[api])}"
            print(textwrap.fill(f"{grown:.2f} {api}, for {who}", 100, initial_indent="  ", subsequent_indent="       "))


def main(sizes: list[int]) -> None:
    costs: dict[str, list[Cost]] = {mode: [] for mode in MODES}
    for size in sizes:
        with account(size) as endpoint:
            for mode, options in MODES.items():
                costs[mode].append(collected(size, endpoint, options))
    for mode, found in costs.items():
        print(f"\n{mode}")
        show(found)
        show_growth(found)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]))
    else:
        main(sorted(map(int, sys.argv[1:])) or list(SIZES))
