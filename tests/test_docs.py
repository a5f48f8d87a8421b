"""Documents say what is so: generated pages are current, commands and exit codes are named, the examples run."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
import typer
import yaml

from sec02_policies import PolicySet
from sec02_policies.cli import app, run
from sec02_policies.cli.exits import Exit


def test_generated_pages_are_what_make_docs_writes_now(root: Path) -> None:
    for page, text in runpy.run_path(str(root / "docs" / "generate.py"))["pages"]().items():
        assert page.read_text(encoding="utf-8") == text, f"{page.name}: run `make docs`"


def test_every_policy_has_its_section(root: Path) -> None:
    text = (root / "docs" / "policies.md").read_text(encoding="utf-8")
    for policy in PolicySet.packaged():
        assert f"### {policy.id}\n" in text


def test_every_command_is_in_the_readme_or_the_docs(root: Path) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in [root / "README.md", *root.glob("docs/*.md")])
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        assert f"sec02 {name}" in text, name
    for group in app.registered_groups:
        assert f"sec02 {group.name}" in text, group.name


def test_every_exit_code_is_in_the_readme(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    for code in Exit:
        if code is not Exit.INTERRUPTED:
            assert f"\n| {code.value} | " in text, code


def test_the_library_example_of_the_readme_runs(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- library -->\n```python\n(.*?)```", text, re.DOTALL)
    assert block
    assert len([line for line in block[1].splitlines() if line.strip()]) <= 10
    (tmp_path / "snapshot.json").write_bytes((root / "snapshots" / "weak.json").read_bytes())
    monkeypatch.chdir(tmp_path)
    exec(compile(block[1], "README.md", "exec"), {})  # noqa: S102 - our own example
    printed = capsys.readouterr().out
    assert "iam-user-console-mfa" in printed


def test_links_in_the_documents_lead_somewhere(root: Path) -> None:
    for page in [*root.glob("*.md"), *root.glob("docs/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_policy_in_the_documents_is_whole_and_its_suite_passes(root: Path, tmp_path: Path) -> None:
    for page in (root / "README.md", root / "docs" / "write-policies.md"):
        folder = tmp_path / page.stem
        folder.mkdir()
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            first = re.match(r"(id|policy): (\S+)\n", block)
            if first:
                (folder / f"{first[2]}{'.yaml' if first[1] == 'id' else '.test.yaml'}").write_text(block)
        assert run(["check", str(folder)]) == 0, page.name
        assert run(["test", str(folder)]) == 0, page.name


def test_every_option_of_every_command_line_in_the_documents_is_there(root: Path) -> None:
    pages = [root / "README.md", *(root / "docs").glob("*.md")]
    lines = [
        (page.name, line)
        for page in pages
        for block in re.findall(r"(?:^ {4}.*\n)+|```.*?```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        for line in re.findall(r"\bsec02 [a-z][^\n`]*(?:\n +--[^\n`]*)*", block)
    ]
    assert len(lines) > 50
    for page, line in lines:
        words = re.split(r" [#>|] ?|; ", line)[0].split()[1:]
        command = typer.main.get_command(app)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]  # type: ignore[attr-defined]
        for unnamed in ("new", "create"):  # `sec02 review SNAPSHOT` and `sec02 archive SNAPSHOT`
            command = getattr(command, "commands", {}).get(unnamed, command)
        known = {option for parameter in command.params for option in (*parameter.opts, "--help")}
        unknown = [word for word in words if word.startswith("-") and word != "-" and word not in known]
        assert not unknown, f"{page}: {line}"


def test_the_yaml_of_the_documents_is_yaml(root: Path) -> None:
    for page in (root / "docs").glob("*.md"):
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            assert isinstance(yaml.safe_load(block), dict), page.name
