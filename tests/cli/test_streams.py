from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

COMMAND = [sys.executable, "-c", "from sec02_policies.cli import main; main()"]
Make = Callable[..., Any]


def shell(script: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the script with `"$@"` for the command, in which a pipe ends as its first failing part does."""
    given = [*COMMAND, *map(str, arguments)]
    return subprocess.run(  # noqa: S603 - our own command
        ["/bin/bash", "-o", "pipefail", "-c", script, "bash", *given],
        env={**os.environ, **environment},
        capture_output=True,
        errors="replace",
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("options", "code"), [((), 1), (("--fail-on", "none", "--allow-unknown"), 0)])
def test_a_reader_that_leaves_early_changes_no_exit_code(root: Path, options: tuple[str, ...], code: int) -> None:
    done = shell('"$@" | head -c 5', "evaluate", root / "snapshots" / "demo.json", "--format", "json", *options)
    assert (done.returncode, len(done.stdout), done.stderr) == (code, 5, "")


def test_help_and_lists_whose_reader_left_are_no_failure() -> None:
    done = shell('"$@" --help | true && "$@" policies list | true && "$@" evaluate nosuch 2>&1 | true; echo $?')
    assert (done.stdout, done.stderr) == ("5\n", "")


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [("--help",), ("policies", "list", "--format", "json")])
def test_a_full_disk_is_one_line(arguments: tuple[str, ...]) -> None:
    done = shell('"$@" > /dev/full', *arguments)
    assert done.returncode == 5
    assert done.stderr == "standard output: No space left on device: a place that takes all of it\n"


def test_closed_streams(root: Path) -> None:
    snapshot = root / "snapshots" / "weak.json"
    assert shell('"$@" >&-', "evaluate", snapshot).returncode == 1
    assert shell('"$@" >&- 2>&-', "evaluate", snapshot).returncode == 1
    done = shell('"$@" <&-', "evaluate", "-")
    assert (done.returncode, done.stderr) == (5, "standard input: it is closed: a snapshot\n")


def test_text_that_standard_output_cannot_encode_is_escaped(policy_folder: Path) -> None:
    suite = policy_folder / "own-user-mfa.test.yaml"
    suite.write_text(suite.read_text(encoding="utf-8").replace("with a device", "Gerät Ω"), encoding="utf-8")
    done = shell('"$@"', "test", policy_folder, "--verbose", PYTHONIOENCODING="iso-8859-1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u03a9: passed" in done.stdout


def test_a_pipe_is_written_to_and_stays(sec02: Make, snapshot_file: Make, policy_folder: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert sec02("evaluate", snapshot_file(), "-p", policy_folder, "--format", f"json={pipe}").code == 0
    assert pipe.is_fifo()
    reader.join(timeout=10)
    assert read[0].startswith(b'{"results":')


def test_a_link_to_a_stream_is_followed(root: Path, policy_folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "out"
    link.symlink_to("/proc/self/fd/1")
    done = shell('"$@"', "evaluate", root / "snapshots" / "weak.json", "-p", policy_folder, "-f", "json", "-o", link)
    assert done.stdout.startswith('{"results":')
    assert link.is_symlink()


def test_an_interruption_says_so(sec02: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=SimpleNamespace(read=interrupted)))
    outcome = sec02("evaluate", "-")
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "interrupted\n")


def test_h_is_help(sec02: Make) -> None:
    for verb in (["evaluate"], ["archive"], ["review"]):
        assert sec02(*verb, "-h").out == sec02(*verb, "--help").out


def test_an_interruption_while_loading_is_one_word(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n")
    python = shell(f'{sys.executable} -m sec02_policies --version; echo "$?" >&2', PYTHONPATH=str(tmp_path))
    assert (python.stdout, python.stderr) == ("", "interrupted\n130\n")


def test_the_package_runs_as_the_command() -> None:
    assert shell(f"{sys.executable} -m sec02_policies --version").stdout.startswith("sec02-policies ")
