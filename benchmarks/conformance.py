"""Runs CEL conformance tests on the native engine, on cel-python as it is, and on cel-cpp where it is installed.

    python benchmarks/conformance.py [FOLDER]

FOLDER holds files of one JSON test a line (see docs/cel.md); by default `shared/cel-conformance` beside the project.
Prints what the native engine failed and why, a table per file, and as the last line `native: N of M`.
"""

from __future__ import annotations

import base64
import json
import logging
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sec02_policies import cel as our_cel
from sec02_policies.cel import Duration, Environment, Timestamp, TypedMap, TypeValue, UInt
from sec02_policies.cel.types import DYN
from sec02_policies.errors import CelError
from sec02_policies.model import Unknown

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "cel-conformance"
Form = tuple[Any, ...]
FAILED: Form = ("error",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test; `expected` is `FAILED` or a form (see `form`)."""

    file: str
    name: str
    source: str
    bindings: dict[str, Any]
    container: str
    checked: bool
    macros: bool
    expected: Form


def decode(value: dict[str, Any]) -> Any:  # noqa: ANN401 - any value
    """A value of the test files as a CEL value."""
    return DECODERS[value["type"]](value)


def decode_map(value: dict[str, Any]) -> Any:  # noqa: ANN401 - any value
    entries = [(decode(key), decode(item)) for key, item in value["value"]]
    return dict(entries) if all(type(key) is str for key, _ in entries) else TypedMap(entries)


DECODERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "null": lambda _: None,
    "bool": lambda value: value["value"],
    "int": lambda value: int(value["value"]),
    "uint": lambda value: UInt(value["value"]),
    "double": lambda value: float(value["value"]),
    "string": lambda value: value["value"],
    "bytes": lambda value: base64.b64decode(value["base64"]),
    "list": lambda value: [decode(item) for item in value["value"]],
    "map": decode_map,
    "type": lambda value: TypeValue(value["value"]),
    "timestamp": lambda value: Timestamp(int(value["nanoseconds"])),
    "duration": lambda value: Duration(int(value["nanoseconds"])),
}


def form(value: Any) -> Form:  # noqa: ANN401 - any value
    """A CEL value as something to compare: its type, and a content that tells -0.0 from 0.0 and knows NaN."""
    for kind, name, content in FORMS:
        if isinstance(value, kind):
            return (name, content(value))
    return ("other", type(value).__name__)


FORMS: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
    (bool, "bool", bool),
    (type(None), "null", lambda _: None),
    (UInt, "uint", int),
    (int, "int", int),
    (float, "double", lambda value: "nan" if math.isnan(value) else repr(value)),
    (str, "string", str),
    (bytes, "bytes", bytes),
    (bytearray, "bytes", bytes),
    (list, "list", lambda value: tuple(form(item) for item in value)),
    (dict, "map", lambda value: frozenset((form(key), form(item)) for key, item in value.items())),
    (Timestamp, "timestamp", lambda value: value.nanoseconds),
    (Duration, "duration", lambda value: value.nanoseconds),
    (TypeValue, "type", lambda value: value.name),
)


def read(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.glob("*.jsonl")):
        # Not splitlines: it also parts a line at characters that strings in the tests contain.
        for line in filter(None, path.read_text(encoding="utf-8").split("\n")):
            test = json.loads(line)
            expect = test["expect"]
            yield Case(
                file=path.stem,
                name=f"{test['section']}/{test['name']}",
                source=test["expr"],
                bindings={name: decode(value) for name, value in test.get("bindings", {}).items()},
                container=test.get("container", ""),
                checked=not test.get("disable_check", False),
                macros=not test.get("disable_macros", False),
                expected=FAILED if "error" in expect else form(decode(expect["value"])),
            )


Run = Callable[[Case], Form]


def run_native(case: Case) -> Form:
    """The outcome of the native engine; an exception that is not its own is a failure, whatever was expected."""
    environment = Environment(dict.fromkeys(case.bindings, DYN), container=case.container)
    try:
        program = our_cel.compile(
            case.source, environment, check=case.checked, late_names=not case.checked, macros=case.macros
        )
        return form(program.evaluate(case.bindings))
    except (CelError, Unknown) as error:
        return (*FAILED, str(error))
    except Exception as error:  # noqa: BLE001 - one defect must not hide the other outcomes
        return ("exception", repr(error))


def cel_python() -> Run:
    """The engine of cel-python, without anything of ours but the conversion of its results."""
    import celpy
    from celpy import celtypes

    from sec02_policies.cel.celpy_values import from_cel

    logging.getLogger("celpy").setLevel(logging.CRITICAL + 1)
    scalars: dict[type, Callable[[Any], Any]] = {
        bool: celtypes.BoolType,
        int: celtypes.IntType,
        UInt: lambda value: celtypes.UintType(int(value)),
        float: celtypes.DoubleType,
        str: celtypes.StringType,
        bytes: celtypes.BytesType,
    }

    def to_cel(value: Any) -> Any:  # noqa: ANN401 - any value
        if isinstance(value, list):
            return celtypes.ListType([to_cel(item) for item in value])
        if isinstance(value, dict):
            return celtypes.MapType({to_cel(key): to_cel(item) for key, item in value.items()})
        return scalars[type(value)](value) if type(value) in scalars else value

    def run(case: Case) -> Form:
        try:
            environment = celpy.Environment(package=case.container or None)
            program = environment.program(environment.compile(case.source))
            result = program.evaluate({name: to_cel(value) for name, value in case.bindings.items()})
            return form(from_cel(result))
        except Exception as error:  # noqa: BLE001 - cel-python lets any Python exception through
            return (*FAILED, type(error).__name__)

    return run


CPP_TYPES = {
    "BOOL": "bool",
    "INT": "int",
    "UINT": "uint",
    "DOUBLE": "double",
    "STRING": "string",
    "BYTES": "bytes",
    "NULL": "null_type",
    "LIST": "list",
    "MAP": "map",
    "TYPE": "type",
    "TIMESTAMP": "google.protobuf.Timestamp",
    "DURATION": "google.protobuf.Duration",
}


def cpp_form(value: Any) -> Form:  # noqa: ANN401 - any value
    """A result of cel-cpp as something to compare; it tells the types of numbers only beside their values."""
    kind = value.type().name().partition("<")[0]
    if kind == "ERROR":
        return FAILED
    if kind == "LIST":
        return ("list", tuple(cpp_form(item) for item in value.value()))
    if kind == "MAP":
        return ("map", frozenset((form(key), cpp_form(item)) for key, item in value.value().items()))
    if kind == "TYPE":
        name = value.plain_value().name().partition("<")[0]
        return ("type", CPP_TYPES.get(name, name))
    name, content = form(value.plain_value())
    return ("uint" if kind == "UINT" else name, content)


def cel_cpp() -> Run | None:
    """The engine of cel-cpp, None where it is not installed."""
    try:
        from cel_expr_python import cel
        from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings
    except ImportError:
        return None
    extensions = [
        ext_strings.ExtStrings(),
        ext_math.ExtMath(),
        ext_optional.ExtOptional(),
        ext_encoders.ExtEncoders(),
        ext_bindings.ExtBindings(),
    ]
    two_variables = "extensions: [{name: two-var-comprehensions}]"

    def run(case: Case) -> Form:
        try:
            environment = cel.NewEnv(
                config=cel.NewEnvConfigFromYaml(two_variables),
                variables=dict.fromkeys(case.bindings, cel.Type.DYN),
                extensions=extensions,
                container=case.container,
            )
            expression = environment.compile(case.source, disable_check=not case.checked)
            return cpp_form(expression.eval(data=case.bindings))
        except Exception as error:  # noqa: BLE001 - its errors are of several kinds
            return (*FAILED, type(error).__name__)

    return run


def agrees(got: Form, expected: Form) -> bool:
    """Whether an outcome is the expected one."""
    return got == expected or (got[:1] == FAILED and expected == FAILED)


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else DEFAULT_FOLDER
    cases = list(read(folder))
    if not cases:
        print(f"{folder}: no *.jsonl files with tests", file=sys.stderr)
        return 5
    engines: dict[str, Run] = {"native": run_native, "cel-python": cel_python()}
    cpp = cel_cpp()
    if cpp is None:
        print("cel-cpp is not installed (extra `oracle`): no column for it")
    else:
        engines["cel-cpp"] = cpp
    passed: dict[str, dict[str, int]] = {}
    for case in cases:
        row = passed.setdefault(case.file, dict.fromkeys(["tests", *engines], 0))
        row["tests"] += 1
        for name, run in engines.items():
            got = run(case)
            good = agrees(got, case.expected)
            row[name] += good
            if not good and name == "native":
                print(f"{case.file}/{case.name}: {case.source!r}\n    gave {got}, expected {case.expected}")
    print_table(passed)
    print(f"native: {sum(row['native'] for row in passed.values())} of {len(cases)}")
    return 0


def print_table(passed: dict[str, dict[str, int]]) -> None:
    columns = list(next(iter(passed.values())))
    total = {column: sum(row[column] for row in passed.values()) for column in columns}
    print(f"{'file':<16}" + "".join(f"{column:>12}" for column in columns))
    for file, row in [*passed.items(), ("total", total)]:
        print(f"{file:<16}" + "".join(f"{row[column]:>12}" for column in columns))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
