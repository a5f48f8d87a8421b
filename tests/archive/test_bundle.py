from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.archive import Bundle, Chain, Level, State, build, following, read, replay, verify
from sec02_policies.archive.compressed import compress, decompress
from sec02_policies.archive.container import pack, unpack
from sec02_policies.archive.environment import environment, requirements
from sec02_policies.errors import BundleError, InputError
from sec02_policies.snapshot.schema import first_fault

Make = Callable[..., Any]


def test_a_bundle_comes_back_as_it_was_packed(make: Make) -> None:
    bundle: Bundle = make()
    assert read(bundle.pack()) == bundle


def test_same_inputs_give_the_same_bytes(make: Make, signer: Make) -> None:
    assert make().signed(signer()).pack() == make().signed(signer()).pack()


def test_the_name_tells_stream_number_and_id(make: Make) -> None:
    bundle: Bundle = make(chain=Chain(stream="prod", sequence=7, previous="0" * 64))
    assert bundle.file_name == f"prod-000007-{bundle.id[:12]}.zip"


def test_the_id_is_the_digest_of_the_manifest(make: Make) -> None:
    bundle: Bundle = make()
    assert bundle.id == hashlib.sha256(bundle.members["manifest.json"]).hexdigest()


def test_the_archive_holds_the_bytes_that_were_judged(make: Make) -> None:
    bundle: Bundle = make()
    results = json.loads(bundle.content("results.json.gz"))
    assert hashlib.sha256(bundle.content("snapshot.json.gz")).hexdigest() == results["run"]["snapshot_sha256"]
    for policy in results["run"]["policies"]:
        text = bundle.members[f"policies/{policy['id']}.yaml"]
        assert hashlib.sha256(text).hexdigest() == policy["sha256"]


def test_the_manifest_states_population_and_outcome(make: Make) -> None:
    manifest = make().manifest
    assert manifest["outcome"]["result"] == "FAILED"
    assert manifest["outcome"]["statuses"]["fail"] >= 1
    assert manifest["population"]["resources"] == {"iam_account": 1, "iam_user": 1}
    assert set(manifest["environment"]["code"]) == {"catalog", "cel", "evaluate", "iam", "snapshot"}


def test_the_statement_obeys_its_schema(make: Make) -> None:
    assert first_fault("urn:sec02:schema:statement", json.loads(make().statement)) is None


def test_the_readme_is_one_screen_of_ascii_whatever_the_account_is_called(make: Make) -> None:
    text = make().members["README.txt"].decode("ascii")
    assert "What it cannot prove" in text
    assert all(character == "\n" or character.isprintable() for character in text)


def test_zipfile_reads_a_bundle(make: Make) -> None:
    bundle: Bundle = make()
    with zipfile.ZipFile(io.BytesIO(bundle.pack())) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == bundle.members


def test_unzip_tests_a_bundle(make: Make, program: Make, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(make().pack())
    done = program("unzip", "-tq", path)
    assert done.returncode == 0, done.stdout
    assert "No errors detected" in done.stdout


def test_gzip_reads_what_we_compress() -> None:
    assert gzip.decompress(compress(b"evidence" * 1000)) == b"evidence" * 1000


@given(st.binary(max_size=2000))
def test_compression_is_a_round_trip(data: bytes) -> None:
    assert decompress(compress(data), "x") == data


@given(st.dictionaries(st.sampled_from(["manifest.json", "params.json", "policies/a-b.yaml"]), st.binary(max_size=50)))
def test_packing_is_a_round_trip(members: dict[str, bytes]) -> None:
    data = pack({"README.txt": b"", **members})
    assert unpack(data) == {"README.txt": b"", **members}


def test_intact_and_signed_by_a_trusted_key(make: Make, signer: Make) -> None:
    found = verify(make().signed(signer()).pack(), trusted=[signer("other").public, signer().public])
    assert (found.state(Level.INTACT), found.state(Level.SIGNED)) == (State.PROVED, State.PROVED)
    assert not found.refused


def test_without_a_key_a_bundle_is_intact_and_no_more(make: Make, signer: Make) -> None:
    for bundle in (make(), make().signed(signer())):
        found = verify(bundle.pack())
        assert (found.state(Level.INTACT), found.state(Level.SIGNED)) == (State.PROVED, State.NOT_CHECKED)


def test_replay_gets_the_same_bytes(make: Make) -> None:
    finding = replay(read(make().pack()))
    assert (finding.state, finding.code) == (State.PROVED, "reproduced")


def test_replay_uses_the_archived_parameters(make: Make) -> None:
    policies = PolicySet.packaged().select(["iam-access-key-rotated"])
    chosen = policies.with_params({"iam-access-key-rotated": {"max_age_days": 7}})
    snapshot = Snapshot.loads(make().content("snapshot.json.gz"))
    bundle = build(snapshot, chosen, evaluate(snapshot, chosen).document())
    assert json.loads(bundle.members["params.json"]) == {"iam-access-key-rotated": {"max_age_days": 7}}
    assert replay(bundle).state is State.PROVED


def test_requirements_name_the_exact_versions(make: Make) -> None:
    wanted = requirements(make().manifest["environment"])
    assert f"sec02-policies=={environment()['versions']['sec02-policies']}" in wanted


def test_results_of_another_snapshot_are_not_archived(make: Make) -> None:
    snapshot = Snapshot.loads(make(user="bob").content("snapshot.json.gz"))
    policies = PolicySet.packaged().select(["iam-user-console-mfa"])
    results = evaluate(Snapshot.loads(make().content("snapshot.json.gz")), policies).document()
    with pytest.raises(InputError, match="another snapshot"):
        build(snapshot, policies, results)


def test_results_of_other_policies_are_not_archived(make: Make) -> None:
    snapshot = Snapshot.loads(make().content("snapshot.json.gz"))
    results = evaluate(snapshot, PolicySet.packaged().select(["iam-user-console-mfa"])).document()
    with pytest.raises(InputError, match="other policies"):
        build(snapshot, PolicySet.packaged().select(["iam-access-key-rotated"]), results)


@pytest.mark.parametrize("stream", ["", "Prod", "a/b", "../x", "a" * 80])
def test_a_stream_has_a_name_that_files_can_have(stream: str) -> None:
    with pytest.raises(InputError, match="--stream"):
        Chain(stream=stream)


_MADE_ELSEWHERE = """
import hashlib, os, sys
from pathlib import Path
from sec02_policies import PolicySet, Snapshot, evaluate
from sec02_policies.archive import build
os.umask(int(sys.argv[2], 8))
snapshot = Snapshot.loads(Path(sys.argv[1]).read_bytes())
policies = PolicySet.packaged().select(["SEC02-BP01", "iam-access-key-*"])
data = build(snapshot, policies, evaluate(snapshot, policies).document()).pack()
print(hashlib.sha256(data).hexdigest())
"""


def test_hash_seed_locale_time_zone_umask_and_folder_do_not_matter(root: Path, tmp_path: Path, program: Make) -> None:
    machines = [
        ({"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"}, "022", root),
        ({"PYTHONHASHSEED": "77", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONUTF8": "1"}, "077", tmp_path),
    ]
    digests = {
        program(
            *(sys.executable, "-c", _MADE_ELSEWHERE, root / "snapshots" / "weak.json", umask),
            env={**os.environ, "PYTHONPATH": str(root), **environ},
            cwd=folder,
        ).stdout
        for environ, umask, folder in machines
    }
    assert len(digests) == 1
    assert len(digests.pop()) == len("\n") + 64


def test_the_next_place_is_after_the_last_of_its_stream(history: Make) -> None:
    chain = [(each.manifest, each.id) for each in history(3)]
    assert following(chain, "prod") == Chain(stream="prod", sequence=4, previous=chain[2][1])
    assert following(chain, "test") == Chain(stream="test")


def test_a_stream_with_two_ends_is_not_continued(history: Make) -> None:
    forks = [(each.manifest, each.id) for each in [*history(2), *history(2, user="bob")]]
    with pytest.raises(BundleError, match=r"chain\.fork"):
        following(forks, "prod")
