from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.archive import Bundle, Chain, State, build, read, replay, verify
from sec02_policies.archive.redact import redact
from sec02_policies.cli import run
from sec02_policies.errors import InputError
from sec02_policies.snapshot.redact import Profile

Make = Callable[..., Any]
KEY = b"0123456789abcdef"
CHAIN = Chain(stream="redacted")


def everything(bundle: Bundle) -> bytes:
    """All that a reader of the bundle can see, apart from the rules and the schemas, which have examples in them."""
    shown = [name for name in bundle.members if not name.startswith(("policies/", "schemas."))]
    return b"\n".join(bundle.content(name) for name in sorted(shown))


def statuses(bundle: Bundle) -> Counter[tuple[str, str]]:
    rows = json.loads(bundle.content("results.json.gz"))["results"]
    return Counter((row["policy_id"], row["status"]) for row in rows)


@pytest.mark.parametrize("profile", Profile)
def test_names_are_gone_and_statuses_stay(make: Make, profile: Profile) -> None:
    original = make(user="rumpelstiltskin")
    shown = redact(original, KEY, profile=profile, chain=CHAIN)
    assert b"rumpelstiltskin" in everything(original)
    assert b"rumpelstiltskin" not in everything(shown)
    assert (b"111122223333" in everything(shown)) == (profile is Profile.NAMES)
    assert statuses(shown) == statuses(original)


def test_a_redacted_bundle_is_replayed_and_names_its_original(make: Make, signer: Make) -> None:
    original = make()
    shown = read(redact(original, KEY, profile=Profile.ALL, chain=CHAIN).signed(signer()).pack())
    assert replay(shown).state is State.PROVED
    assert not verify(shown.pack(), trusted=[signer().public]).refused
    assert shown.manifest["derived_from"] == {"bundle_id": original.id, "redacted": "all"}
    assert json.loads(shown.statement)["predicate"]["derived_from"]["bundle_id"] == original.id
    assert original.id in shown.members["README.txt"].decode()


def test_the_fixture_with_everything_wrong_keeps_its_statuses(root: Path) -> None:
    snapshot = Snapshot.loads((root / "snapshots" / "weak.json").read_bytes())
    policies = PolicySet.packaged().select(["SEC02-BP05", "iam-user-*"])
    original = build(snapshot, policies, evaluate(snapshot, policies).document())
    assert statuses(redact(original, KEY, profile=Profile.ALL, chain=CHAIN)) == statuses(original)


def test_a_policy_that_asks_for_a_name_is_refused_unless_the_name_is_kept(make: Make) -> None:
    original = make()
    text = original.members["policies/iam-user-console-mfa.yaml"]
    asking = text.replace(b"condition: ", b"condition: resource.name == 'alice' && ", 1)
    policies = PolicySet.parse({"iam-user-console-mfa.yaml": asking.replace(b"size() > 0", b"size() >= 0")})
    snapshot = Snapshot.loads(original.content("snapshot.json.gz"))
    bundle = build(snapshot, policies, evaluate(snapshot, policies).document())
    with pytest.raises(InputError, match="other statuses of iam-user-console-mfa"):
        redact(bundle, KEY, profile=Profile.NAMES, chain=CHAIN)
    kept = redact(bundle, KEY, profile=Profile.NAMES, chain=CHAIN, keep={"alice"})
    assert statuses(kept) == statuses(bundle)


def test_redact_from_the_command_line(
    make: Make, signer: Make, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_bytes(KEY + b"\n")
    (tmp_path / "sign").write_bytes(signer().pem())
    (tmp_path / "sign.pub").write_bytes(signer().public.pem())
    (tmp_path / "bundle.zip").write_bytes(make(user="rumpelstiltskin").signed(signer()).pack())
    options = ["--key", str(tmp_path / "key"), "-o", str(tmp_path / "out"), "--sign-key", str(tmp_path / "sign")]
    assert run(["archive", "redact", str(tmp_path / "bundle.zip"), *options]) == 0
    path = capfd.readouterr().out.strip()
    assert Path(path).name.startswith("redacted-000001-")
    assert run(["verify", path, "--trusted-key", str(tmp_path / "sign.pub"), "--replay"]) == 0
    assert run(["archive", "redact", path, *options]) == 5
    assert "redacted already" in capfd.readouterr().err
