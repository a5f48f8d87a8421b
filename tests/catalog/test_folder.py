from __future__ import annotations

import os
from pathlib import Path

import pytest

from sec02_policies.catalog import PolicySet
from sec02_policies.errors import InputError
from sec02_policies.testing import load_suites

NAME = "iam-user-named.yaml"


@pytest.fixture
def folder(tmp_path: Path, policy_text: str) -> Path:
    (tmp_path / NAME).write_text(policy_text)
    return tmp_path


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        PolicySet.load(folder)
    with pytest.raises(InputError) as again:
        load_suites(folder)
    assert str(again.value) == str(caught.value)
    return str(caught.value).removeprefix(f"{folder}/")


def test_a_file_that_ends_in_yml_is_refused_not_left_out(folder: Path) -> None:
    (folder / "more").mkdir()
    (folder / "more" / "iam-user-other.yml").write_text("")
    assert refusal(folder) == "more/iam-user-other.yml: a name that ends in .yml: one that ends in .yaml"


def test_a_link_to_nowhere_and_a_pipe_are_refused(folder: Path) -> None:
    (folder / "iam-user-a.yaml").symlink_to("nowhere")
    assert refusal(folder) == "iam-user-a.yaml: not a file: a file that can be read"
    (folder / "iam-user-a.yaml").unlink()
    os.mkfifo(folder / "iam-user-b.yaml")
    assert refusal(folder) == "iam-user-b.yaml: not a file: a file that can be read"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_and_a_folder_that_may_not_be_read_are_refused(folder: Path) -> None:
    (folder / NAME).chmod(0)
    assert refusal(folder) == f"{NAME}: Permission denied: a file that can be read"


def test_links_to_folders_are_followed_once(folder: Path, policy_text: str) -> None:
    elsewhere = folder / ".elsewhere"
    elsewhere.mkdir()
    (elsewhere / "iam-user-other.yaml").write_text(policy_text.replace("iam-user-named", "iam-user-other"))
    (folder / "linked").symlink_to(elsewhere)
    (folder / "loop").symlink_to(folder)
    (elsewhere / "up").symlink_to(folder)
    assert [policy.id for policy in PolicySet.load(folder)] == ["iam-user-named", "iam-user-other"]


def test_hidden_files_and_folders_are_no_policies(folder: Path) -> None:
    (folder / "._iam-user-named.yaml").write_bytes(b"\x00\x05\x16\x07")
    (folder / ".github").mkdir()
    (folder / ".github" / "ci.yml").write_text("on: push")
    assert len(PolicySet.load(folder)) == 1
