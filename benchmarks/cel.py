"""What an evaluation of CEL costs, in one run on one set of documents, as a ratio to hand-written Python.

    python benchmarks/cel.py [USERS]

Twelve policies of the catalogue over IAM users (10,000 by default): each policy's variables are written into its
condition, its limits in days become durations, and every engine gets the same text. All engines must agree with the
hand-written Python on the documents that they are timed on. cel-cpp gets a tenth of the users, rego-cpp 2 % and
cel-python 1 %; every time is per evaluation. The native engine and the hand-written Python read the same dicts; the
native engine remembers timestamps that it has read before.
"""

from __future__ import annotations

import gc
import importlib.util
import logging
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from sec02_policies import cel
from sec02_policies.catalog.load import load_policy
from sec02_policies.cel.parse import parse
from sec02_policies.cel.types import DYN, TIMESTAMP

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 2, 1, tzinfo=UTC)
Document = dict[str, Any]
Verdict = Callable[[Document, Document], bool]


# The same policies by hand


def age(text: str) -> timedelta:
    return NOW - datetime.fromisoformat(text)


def in_group(user: Document, _: Document) -> bool:
    return len(user["groups"]) > 0


def no_direct_policies(user: Document, _: Document) -> bool:
    part = ":iam::aws:policy/AWSCompromisedKeyQuarantine"
    attached = [policy for policy in user["attached_policies"] if part not in policy["arn"]]
    return not attached and not user["inline_policies"]


def password_unused(user: Document, params: Document) -> bool:
    if not user["password_enabled"]:
        return True
    start, used = user["password_last_changed_date"] or user["create_date"], user["password_last_used_date"]
    since = start if used is None or datetime.fromisoformat(used) < datetime.fromisoformat(start) else used
    return age(since) < timedelta(days=params["max_days"])


def single_active_key(user: Document, params: Document) -> bool:
    active = [key for key in user["access_keys"] if key["status"] == "Active"]
    limit = timedelta(days=params["rotation_overlap_days"])
    return len(active) <= 1 or any(age(key["create_date"]) < limit for key in active)


def signing_cert_none(user: Document, _: Document) -> bool:
    return not any(certificate["status"] == "Active" for certificate in user["signing_certificates"])


def ssh_key_age(user: Document, params: Document) -> bool:
    limit = timedelta(days=params["max_age_days"])
    return not any(
        key["status"] == "Active" and (key["upload_date"] is None or age(key["upload_date"]) >= limit)
        for key in user["ssh_public_keys"]
    )


def not_quarantined(user: Document, _: Document) -> bool:
    part = ":iam::aws:policy/AWSCompromisedKeyQuarantine"
    if not any(part in policy["arn"] for policy in user["attached_policies"]):
        return True
    return not any(key["status"] == "Active" for key in user["access_keys"])


def password_rotated(user: Document, params: Document) -> bool:
    if not (params["enabled"] and user["password_enabled"]):
        return True
    changed = user["password_last_changed_date"]
    return changed is not None and age(changed) < timedelta(days=params["max_age_days"])


def console_mfa(user: Document, params: Document) -> bool:
    if not user["password_enabled"] or user["name"] in params["exempt_users"]:
        return True
    return len(user["mfa_devices"]) > 0


def initial_password_reset(user: Document, _: Document) -> bool:
    if not user["password_enabled"] or user["password_last_used_date"] is not None:
        return True
    return user["password_reset_required"] is True


def human_no_access_keys(user: Document, params: Document) -> bool:
    if not user["password_enabled"] or user["name"] in params["exempt_users"]:
        return True
    return not any(key["status"] == "Active" for key in user["access_keys"])


def service_credentials_expire(user: Document, params: Document) -> bool:
    limit = timedelta(days=params["max_days"])
    for each in user["service_specific_credentials"]:
        expires = each["expiration_date"]
        if each["status"] != "Active" or (expires is not None and datetime.fromisoformat(expires) <= NOW):
            continue
        if expires is None or datetime.fromisoformat(expires) - datetime.fromisoformat(each["create_date"]) > limit:
            return False
    return True


BY_HAND: dict[str, Verdict] = {
    "iam-user-in-group": in_group,
    "iam-user-no-direct-policies": no_direct_policies,
    "iam-user-password-unused": password_unused,
    "iam-user-single-active-key": single_active_key,
    "iam-user-signing-cert-none": signing_cert_none,
    "iam-user-ssh-key-age": ssh_key_age,
    "iam-user-not-quarantined": not_quarantined,
    "iam-user-password-rotated": password_rotated,
    "iam-user-console-mfa": console_mfa,
    "iam-user-initial-password-reset": initial_password_reset,
    "iam-user-human-no-access-keys": human_no_access_keys,
    "iam-service-credentials-expire": service_credentials_expire,
}


# The same policies in Rego, where they compare no times: rego-cpp has no function that reads RFC 3339

REGO = {
    "iam-user-in-group": "ok if count(input.resource.groups) > 0",
    "iam-user-no-direct-policies": """
        own := [policy | some policy in input.resource.attached_policies
            not contains(policy.arn, ":iam::aws:policy/AWSCompromisedKeyQuarantine")]
        ok if { count(own) == 0; count(input.resource.inline_policies) == 0 }""",
    "iam-user-signing-cert-none": """
        active contains each.id if { some each in input.resource.signing_certificates; each.status == "Active" }
        ok if count(active) == 0""",
    "iam-user-not-quarantined": """
        quarantined if { some policy in input.resource.attached_policies
            contains(policy.arn, ":iam::aws:policy/AWSCompromisedKeyQuarantine") }
        active if { some key in input.resource.access_keys; key.status == "Active" }
        ok if not quarantined
        ok if not active""",
    "iam-user-console-mfa": """
        ok if not input.resource.password_enabled
        ok if input.resource.name in input.params.exempt_users
        ok if count(input.resource.mfa_devices) > 0""",
    "iam-user-initial-password-reset": """
        ok if not input.resource.password_enabled
        ok if input.resource.password_last_used_date != null
        ok if input.resource.password_reset_required == true""",
    "iam-user-human-no-access-keys": """
        active if { some key in input.resource.access_keys; key.status == "Active" }
        ok if not input.resource.password_enabled
        ok if input.resource.name in input.params.exempt_users
        ok if not active""",
}


# Documents


def user(number: int, rng: random.Random) -> Document:
    """An IAM user of 23 fields, with credentials and grants of 20 more."""
    arn = f"arn:aws:iam::111122223333:user/team-{number % 40}/user-{number}"

    def moment(days: int) -> str:
        return (NOW - timedelta(days=rng.randrange(days), seconds=rng.randrange(86_400))).isoformat()[:19] + "Z"

    def status() -> str:
        return rng.choice(["Active", "Active", "Inactive"])

    password = rng.random() < 0.6
    return {
        "id": arn,
        "name": f"user-{number}",
        "arn": arn,
        "account_id": "111122223333",
        "region": "global",
        "tags": [{"key": "team", "value": f"team-{number % 40}"}, {"key": "env", "value": "prod"}],
        "path": f"/team-{number % 40}/",
        "user_id": f"AIDA{number:016d}",
        "create_date": moment(2000),
        "groups": [f"arn:aws:iam::111122223333:group/g{each}" for each in range(rng.randrange(3))],
        "attached_policies": [
            {"arn": f"arn:aws:iam::aws:policy/Policy{each}", "name": f"Policy{each}"}
            for each in range(rng.randrange(3))
        ],
        "inline_policies": [],
        "permissions_boundary_arn": None,
        "password_enabled": password,
        "password_last_used_date": moment(120) if password and rng.random() < 0.8 else None,
        "password_last_changed_date": moment(500) if password else None,
        "mfa_active": password,
        "password_reset_required": rng.random() < 0.1 if password else None,
        "mfa_devices": [
            {"serial_number": f"arn:aws:iam::111122223333:mfa/{each}", "kind": "virtual", "enable_date": moment(900)}
            for each in range(rng.randrange(2))
        ],
        "access_keys": [
            {
                "id": f"AKIA{number:08d}{each:08d}",
                "name": f"user-{number}/AKIA{each}",
                "status": status(),
                "create_date": moment(700),
                "last_used_date": moment(90),
                "last_used_service": "s3",
                "last_used_region": "eu-west-1",
            }
            for each in range(rng.randrange(3))
        ],
        "signing_certificates": [],
        "ssh_public_keys": [
            {"id": f"APKA{number}{each}", "status": status(), "upload_date": moment(200)}
            for each in range(rng.randrange(2))
        ],
        "service_specific_credentials": [
            {
                "id": f"ACCA{number}{each}",
                "service_name": "bedrock.amazonaws.com",
                "status": status(),
                "create_date": moment(100),
                "expiration_date": None if rng.random() < 0.2 else "2026-03-01T00:00:00Z",
            }
            for each in range(rng.randrange(2))
        ],
    }


# Sources


def source(name: str) -> tuple[str, Document]:
    """One expression for a policy of the catalogue, and the defaults of its parameters."""
    (path,) = (ROOT / "policies").rglob(f"{name}.yaml")
    policy, _ = load_policy(path.read_bytes(), str(path))
    params = {param: each.default for param, each in policy.params.items()}
    if "enabled" in params:
        params["enabled"] = True
    variables: dict[str, str] = {}

    def written(text: str) -> str:
        text = re.sub(r"\bvariables\.(\w+)", lambda match: f"({variables[match[1]]})", text)
        return re.sub(r"\bdays\(params\.(\w+)\)", lambda match: f"duration('{24 * params[match[1]]}h')", text)

    for variable, text in policy.variables.items():
        variables[variable] = written(text)
    condition = written(policy.condition)
    return (f"!({written(policy.when)}) || ({condition})" if policy.when else condition), params


# Engines: each makes a function of a document


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


def native(text: str, params: Document) -> Callable[[Document], Any]:
    environment = cel.Environment({"resource": DYN, "params": DYN, "now": TIMESTAMP})
    program = cel.compile(text, environment, check=False)
    now = cel.Timestamp.parse("2026-02-01T00:00:00Z")
    return lambda document: program.evaluate({"resource": document, "params": params, "now": now})


def cel_python(text: str, params: Document) -> Callable[[Document], Any]:
    """cel-python's interpreter as it is; its values are converted once, outside the measurement."""
    import celpy

    logging.getLogger("celpy").setLevel(logging.CRITICAL + 1)
    environment = celpy.Environment()
    program = environment.program(environment.compile(text))
    now, converted = celpy.celtypes.TimestampType(NOW), celpy.json_to_cel(params)
    cache: dict[int, Any] = {}

    def run(document: Document) -> Any:  # noqa: ANN401 - a value of cel-python
        resource = cache.get(id(document)) or cache.setdefault(id(document), celpy.json_to_cel(document))
        return program.evaluate({"resource": resource, "params": converted, "now": now})

    return run


def cel_cpp(text: str, params: Document, *, reuse: bool) -> Callable[[Document], Any]:
    """cel-cpp; with `reuse`, the activation of a document is made once, outside the measurement."""
    from cel_expr_python import cel as cpp

    environment = cpp.NewEnv(variables={"resource": cpp.Type.DYN, "params": cpp.Type.DYN, "now": cpp.Type.TIMESTAMP})
    expression = environment.compile(text, disable_check=True)
    cache: dict[int, Any] = {}

    def run(document: Document) -> Any:  # noqa: ANN401 - a value of cel-cpp
        data = {"resource": document, "params": params, "now": NOW}
        if not reuse:
            return expression.eval(data=data).plain_value()
        activation = cache.get(id(document)) or cache.setdefault(id(document), environment.Activation(data))
        return expression.eval(activation).plain_value()

    return run


def rego(name: str, params: Document) -> Callable[[Document], Any] | None:
    """rego-cpp with its program compiled once; None for a policy that is not there in Rego."""
    if name not in REGO:
        return None
    import regopy

    interpreter = regopy.Interpreter()
    interpreter.add_module("policy", f"package policy\nimport rego.v1\ndefault ok := false\n{dedent(REGO[name])}\n")
    bundle = interpreter.build("verdict := data.policy.ok")

    def run(document: Document) -> Any:  # noqa: ANN401 - a value of Rego
        interpreter.set_input({"resource": document, "params": params})
        return interpreter.query_bundle(bundle).results[0].bindings["verdict"]

    return run


Prepare = Callable[[str, str, Document], Callable[[Document], Any] | None]


def engines() -> dict[str, tuple[Prepare, float]]:
    """Each engine by name: what makes a function for a policy's name, source and parameters; its share of documents."""
    found: dict[str, tuple[Prepare, float]] = {"native": (lambda _, text, params: native(text, params), 1.0)}
    if importlib.util.find_spec("cel_expr_python"):
        found["cpp reused"] = (lambda _, text, params: cel_cpp(text, params, reuse=True), 0.1)
        found["cpp dict"] = (lambda _, text, params: cel_cpp(text, params, reuse=False), 0.1)
    else:
        print("cel-cpp is not installed (extra `oracle`): no columns for it")
    if importlib.util.find_spec("regopy"):
        found["rego-cpp"] = (lambda name, _, params: rego(name, params), 0.02)
    else:
        print("regopy is not installed: no column for it")
    found["cel-python"] = (lambda _, text, params: cel_python(text, params), 0.01)
    return found


def measure(users: int) -> None:
    rng = random.Random(2)  # noqa: S311 - documents, not secrets
    documents = [user(number, rng) for number in range(users)]
    found = engines()
    print(f"{users} users, {len(BY_HAND)} policies; ratio to hand-written Python (per evaluation)")
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
            some = documents[: max(20, int(users * share))]
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
        for path in sorted((ROOT / "policies").rglob("*.yaml"))
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
