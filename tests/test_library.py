"""What docs/library.md shows and claims: its program runs and is typed, threads and processes give the same results."""

from __future__ import annotations

import multiprocessing
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from itertools import repeat
from pathlib import Path
from shutil import copy
from threading import Barrier

import boto3
import pytest
from moto import mock_aws

import sec02_policies
from sec02_policies import (
    BundleError,
    CollectError,
    Evaluation,
    InputError,
    PolicyError,
    PolicySet,
    Sec02Error,
    Snapshot,
    SnapshotError,
    Status,
    Unknown,
    evaluate,
)
from sec02_policies.collect import collect, operations_for
from sec02_policies.errors import CelError, CompileError, EvaluationError, LimitError

WAIVERS = """\
waivers:
  - id: W-1
    policy: iam-user-console-mfa
    match: {resource_name: "*"}
    reason: Devices are ordered and come next week
    owner: team-a
    approved_by: ciso
    created: "2026-01-01"
    expires: "2099-12-31"
"""


@pytest.fixture
def program(root: Path) -> str:
    """The blocks of the page, one after the other."""
    page = (root / "docs" / "library.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An AWS that answers every session."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


def loaded(root: Path, name: str) -> Snapshot:
    return Snapshot.loads((root / "snapshots" / f"{name}.json").read_bytes())


@pytest.mark.usefixtures("aws")
def test_the_program_of_the_page_runs(
    program: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy(root / "snapshots" / "weak.json", tmp_path / "snapshot.json")
    (tmp_path / "my-policies").mkdir()
    copy(root / "policies" / "bp01-strong-sign-in" / "iam-root-mfa-enabled.yaml", tmp_path / "my-policies")
    (tmp_path / "waivers.yaml").write_text(WAIVERS)
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "docs/library.md", "exec"), {"__name__": "library"})  # noqa: S102 - our own page
    printed = capsys.readouterr().out
    assert "iam-user-console-mfa" in printed
    assert "a-b.yaml:1:1" in printed
    assert "iam-access-key-rotate: no such policy: perhaps iam-access-key-rotated" in printed


def test_mypy_follows_the_program_of_the_page(program: str, root: Path, tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api")
    (tmp_path / "use.py").write_text(program)
    options = ["--strict", "--config-file", "", "--cache-dir", str(root / ".mypy_cache" / "library")]
    out, err, code = api.run([*options, str(tmp_path / "use.py")])
    assert (code, out + err) == (0, "Success: no issues found in 1 source file\n")


@pytest.mark.parametrize("name", sorted(sec02_policies.__all__))
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(sec02_policies, name) is not None


def test_every_name_that_a_part_offers_is_there_and_says_what_it_is(root: Path) -> None:
    parts = sorted(each.parent.name for each in (root / "sec02_policies").glob("*/__init__.py"))
    assert {"archive", "collect", "evaluate", "inventory", "posture", "remediation", "report", "review"} <= set(parts)
    for part in parts:
        module = import_module(f"sec02_policies.{part}")
        assert module.__doc__, part
        for name in getattr(module, "__all__", ()):
            offered = getattr(module, name)
            assert not callable(offered) or offered.__doc__, f"{part}.{name}"


def test_importing_is_silent_and_light() -> None:
    code = (
        "import sys, sec02_policies\n"
        "heavy = {'boto3', 'botocore', 'celpy', 'typer', 'rich', 'jinja2', 'yaml', 'jsonschema'} & set(sys.modules)\n"
        "print(sorted(heavy))\n"
        "for name in sec02_policies.__all__: getattr(sec02_policies, name)\n"
        "sec02_policies.PolicySet.packaged()\n"
    )
    done = subprocess.run(  # noqa: S603 - this Python
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


@contextmanager
def often_switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def test_threads_that_share_a_snapshot_find_what_one_finds(root: Path) -> None:
    policies = PolicySet.packaged().select(["SEC02-BP01", "SEC02-BP02"])
    names = ("weak", "minimal")
    alone = [evaluate(loaded(root, name), policies) for name in names]
    shared = [loaded(root, name) for name in names]
    with often_switching(), ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: evaluate(shared[number % 2], policies), range(8)))
    assert [found[number] == alone[number % 2] for number in range(8)] == [True] * 8


def test_threads_get_the_same_objects_of_one_snapshot(root: Path) -> None:
    """A parent's children are those that a look-up of the children gives, whoever came first."""
    data = pickle.dumps(loaded(root, "partial"))
    kinds = ["iam_user", "iam_access_key"] * 4

    def look(kind: str, snapshot: Snapshot, together: Barrier) -> object:
        together.wait()
        return snapshot.known(kind)

    with often_switching(), ThreadPoolExecutor(len(kinds)) as pool:
        for _ in range(20):  # without its lock, half of the snapshots gave two threads different lists
            snapshot = pickle.loads(data)  # noqa: S301 - our own bytes
            together = Barrier(len(kinds))
            found = list(pool.map(look, kinds, repeat(snapshot), repeat(together)))
            assert all(each is found[number % 2] for number, each in enumerate(found))


def judged(given: tuple[Snapshot, PolicySet]) -> Evaluation:
    return evaluate(*given)


def test_another_process_finds_the_same(root: Path) -> None:
    policies = PolicySet.packaged().select(["iam-access-key-*"])
    policies = policies.with_params({"iam-access-key-rotated": {"max_age_days": 7}})
    worlds = [(loaded(root, name), policies) for name in ("weak", "partial")]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(judged, worlds)) == [judged(each) for each in worlds]


def test_a_pickled_snapshot_hides_what_it_hid(root: Path) -> None:
    snapshot = loaded(root, "partial")
    for kind in ("iam_user", "iam_role"):
        snapshot.known(kind)
    again = pickle.loads(pickle.dumps(snapshot))  # noqa: S301 - our own bytes
    assert (again.dumps(), again.gaps, again.sha256) == (snapshot.dumps(), snapshot.gaps, snapshot.sha256)
    policies = PolicySet.packaged().select(["SEC02-BP01"])
    assert evaluate(again, policies) == evaluate(snapshot, policies)
    assert evaluate(again, policies).with_status(Status.UNKNOWN)


def test_every_error_survives_pickling() -> None:
    errors = [
        InputError("w", "x", "e"),
        SnapshotError("w", "x", "e"),
        PolicyError("p.yaml", "id", "x", "e", line=3, column=4),
        CollectError("--profile x: none"),
        BundleError("zip.truncated", "half a file"),
        CompileError("syntax", "no", line=2, column=3, hint="h"),
        EvaluationError("overflow", "m"),
        LimitError("step_budget", "m"),
    ]
    kinds, todo = set(), [Sec02Error]
    while todo:
        kind = todo.pop()
        own = [each for each in kind.__subclasses__() if each.__module__ == "sec02_policies.errors"]
        todo += own
        kinds |= set(own)
    assert kinds - {CelError} == {type(each) for each in errors}
    for error in errors:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert (type(again), str(again), again.args, vars(again)) == (type(error), str(error), error.args, vars(error))


@pytest.mark.parametrize(
    "look",
    [
        lambda snapshot: snapshot.known("iam_usr"),
        lambda snapshot: snapshot.resources("iam_usr"),
        lambda snapshot: snapshot.unread("iam_usr"),
        lambda snapshot: snapshot.find("iam_usr", "x"),
        lambda snapshot: snapshot.where("iam_usr", "name", "x"),
        lambda snapshot: snapshot.where("iam_user", "nam", "x"),
    ],
)
def test_a_type_or_field_that_there_is_not_is_an_error_of_ours(root: Path, look: type) -> None:
    with pytest.raises(InputError, match="iam_us"):
        look(loaded(root, "minimal"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: PolicySet.packaged().select("*"), r"patterns: the text '\*': a list, \['\*'\]"),
        (lambda: PolicySet.packaged().select(ignore="iam-*"), "ignore: the text 'iam-"),
        (lambda: PolicySet.packaged().select(best_practices="BP01"), "best_practices: the text 'BP01'"),
        (lambda: PolicySet.parse({}), "policies: no files given"),
        (lambda: operations_for({"iam_usr": frozenset({"id"})}), "fields: unknown resource type 'iam_usr'"),
        (lambda: operations_for({"iam_user": frozenset({"nam"})}), "fields: iam_user has no field 'nam'"),
        (lambda: collect(boto3.Session(region_name="eu-west-1"), regions="eu-west-1"), "a list of regions"),
        (lambda: collect(boto3.Session(region_name="eu-west-1"), services="iam"), "a list of services"),
    ],
)
def test_a_slip_is_told_as_what_it_is(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(Sec02Error, match=message):
        wrong()


def test_an_engine_that_there_is_not_judges_nothing(root: Path) -> None:
    with pytest.raises(InputError, match="engine: 'nativ' is no engine: native or celpy"):
        evaluate(loaded(root, "minimal"), PolicySet.packaged(), engine="nativ")  # type: ignore[arg-type] # the point


def test_a_time_without_a_zone_is_refused(root: Path) -> None:
    with pytest.raises(InputError, match="now: a time without a zone"):
        evaluate(loaded(root, "minimal"), PolicySet.packaged(), now=datetime(2026, 12, 1))  # noqa: DTZ001 - the point


@pytest.mark.usefixtures("aws")
def test_two_sessions_side_by_side_collect_as_one_does() -> None:
    at = datetime(2026, 1, 31, tzinfo=UTC)

    def collected(_: int) -> dict[str, object]:
        return collect(boto3.Session(region_name="eu-west-1"), services=["iam"], regions=["eu-west-1"], now=lambda: at)

    alone = collected(0)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(collected, range(2))) == [alone, alone]


def test_unknown_is_no_error() -> None:
    assert not issubclass(Unknown, Sec02Error)
