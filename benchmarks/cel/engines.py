"""The engines that are compared: each makes a function of a document from the text of a policy."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable
from textwrap import dedent
from typing import Any

from documents import NOW, Document
from in_rego import REGO

from sec02_policies import cel
from sec02_policies.cel.types import DYN, TIMESTAMP


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
