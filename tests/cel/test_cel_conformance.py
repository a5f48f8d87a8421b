from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = {
    "parse": {
        "bytes_literals/triple_single_quoted_unescaped_punctuation",
        "bytes_literals/triple_double_quoted_unescaped_punctuation",
    },
    "proto2": {"has/required"},
}


def runner(root: Path) -> Any:
    specification = importlib.util.spec_from_file_location("conformance", root / "benchmarks" / "conformance.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["conformance"] = module
    specification.loader.exec_module(module)
    return module


def test_the_native_engine_conforms(root: Path, shared: Path) -> None:
    folder = shared / "cel-conformance"
    if not folder.is_dir():
        pytest.skip("no conformance data beside the project")
    conformance = runner(root)
    failed: dict[str, set[str]] = {}
    count = 0
    for case in conformance.read(folder):
        count += 1
        if not conformance.agrees(conformance.run_native(case), case.expected):
            failed.setdefault(case.file, set()).add(case.name)
    assert count > 1_000
    assert failed == KNOWN
