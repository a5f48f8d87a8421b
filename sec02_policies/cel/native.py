"""The compiler: a resolved tree becomes one Python function over plain values, without any code for errors or Unknown.

`&&`, `||` and the macros become `and`, `or` and loops. When anything is raised in it, the function asks the
interpreter, which starts again and decides; where nothing is, it gives exactly what the interpreter would. The text of
the function consists of names made here (`v1`, `t2`, `k3`) and of the helpers below: no name and no literal of the
source is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sec02_policies.cel import operators
from sec02_policies.cel.budget import Budget
from sec02_policies.cel.interpret import optional_content
from sec02_policies.cel.native_calls import HELPERS, INLINE, RESULT_KINDS
from sec02_policies.cel.native_kinds import (
    BOXED,
    ORDERED_KINDS,
    SCALAR_KINDS,
    Code,
    Kind,
    constant_kind,
    declared_kind,
    result_kind,
)
from sec02_policies.cel.patterns import searcher
from sec02_policies.cel.resolve import Apply, Constant, Global, Local
from sec02_policies.cel.syntax import (
    Binary,
    Bind,
    Conditional,
    Has,
    Index,
    ListLiteral,
    Logical,
    Macro,
    MacroKind,
    MapLiteral,
    Node,
    Select,
    Unary,
)
from sec02_policies.cel.times import checked_duration, checked_timestamp, parse_duration, parse_timestamp
from sec02_policies.cel.values import NONE, Duration, OptionalValue, Timestamp
from sec02_policies.errors import EvaluationError, LimitError

if TYPE_CHECKING:
    from sec02_policies.cel.environment import Environment

NativeFunction = Callable[[Mapping[str, object]], Any]


class Unsupported(Exception):  # noqa: N818 - not an error: the interpreter does it
    """The tree has something that only the interpreter does."""


def compile_native(tree: Node, environment: Environment, interpret: NativeFunction) -> NativeFunction | None:
    """Return the function of a tree, which calls `interpret` when anything goes wrong; None where it cannot be made."""
    try:
        text, namespace = _Compiler(environment).function(tree)
        namespace["interpret"] = interpret
        exec(compile(text, "<cel>", "exec"), namespace)  # noqa: S102 - the text holds only names that were made here
    except (Unsupported, EvaluationError, SyntaxError, RecursionError, MemoryError):
        return None
    function: NativeFunction = namespace["evaluate"]
    return function


def _steps_exceeded() -> None:
    raise LimitError("step_budget", "the evaluation takes more steps than its limit allows")


def _not_bool(value: object) -> None:
    raise operators.no_bool(value, "a condition")


def _timestamp_of(value: object) -> int:
    if type(value) is Timestamp:
        return value.nanoseconds
    raise TypeError


def _duration_of(value: object) -> int:
    if type(value) is Duration:
        return value.nanoseconds
    raise TypeError


_HELPERS: dict[str, object] = {
    **HELPERS,
    "__builtins__": {},
    "type": type,
    "len": len,
    "str": str,
    "int": int,
    "list": list,
    "dict": dict,
    "Exception": Exception,
    "LimitError": LimitError,
    "Budget": Budget,
    "Timestamp": Timestamp,
    "Duration": Duration,
    "OptionalValue": OptionalValue,
    "NONE": NONE,
    "optional_content": optional_content,
    "timestamp_of": _timestamp_of,
    "duration_of": _duration_of,
    "parse_timestamp": parse_timestamp,
    "parse_duration": parse_duration,
    "checked_timestamp": checked_timestamp,
    "checked_duration": checked_duration,
    "steps_exceeded": _steps_exceeded,
    "not_bool": _not_bool,
    "add": operators.add,
    "select": operators.select,
    "has": operators.has,
    "index": operators.index,
    "optional_select": operators.optional_select,
    "optional_index": operators.optional_index,
    "negate": operators.negate,
    "elements": operators.elements,
    "pairs": operators.pairs,
    "map_of": operators.map_of,
    "sorted_by": operators.sorted_by,
    "equal": operators.equal,
    "unequal": operators.unequal,
    "contains": operators.contains,
    "subtract": operators.subtract,
    "multiply": operators.multiply,
    "divide": operators.divide,
    "modulo": operators.modulo,
    "less": operators.less,
    "less_equal": operators.less_equal,
    "greater": operators.greater,
    "greater_equal": operators.greater_equal,
}
_HEAD = """def evaluate(bindings):
    try:"""
_TAIL = """    except LimitError:
        raise
    except Exception:
        pass
    return interpret(bindings)
"""
_GENERIC = {
    "==": "equal",
    "!=": "unequal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "in": "contains",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "%": "modulo",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_EXACT_DOUBLES = 2**53
_TIMES: dict[str, tuple[Callable[[str], int], Kind]] = {
    "timestamp": (parse_timestamp, Kind.TIMESTAMP),
    "duration": (parse_duration, Kind.DURATION),
}


class _Compiler:
    """The text of one function while it grows."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.namespace: dict[str, Any] = dict(_HELPERS)
        self.lines: list[str] = []
        self.indent = 2
        self.count = 0
        self.globals: dict[str, Code] = {}
        self.prologue: list[str] = []
        self.locals: dict[str, Code] = {}
        self.needs_budget = False
        self.needs_steps = False

    def function(self, tree: Node) -> tuple[str, dict[str, Any]]:
        """The text of the whole function and the names that it uses."""
        result = self.boxed(tree)
        if self.needs_budget:
            self.namespace["limits"] = self.environment.limits
            self.prologue.append("        budget = Budget(limits)")
        if self.needs_steps:
            self.namespace["most_steps"] = self.environment.limits.steps
            self.prologue.append("        steps = 0")
        body = [*self.prologue, *self.lines, f"        return {result.text}"]
        return "\n".join([_HEAD, *body, _TAIL]), self.namespace

    # Text

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def constant_name(self, value: object) -> str:
        name = self.fresh("k")
        self.namespace[name] = value
        return name

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One more level of indentation."""
        self.indent += 1
        try:
            yield
        finally:
            self.indent -= 1

    def captured(self, emit: Callable[[Node], Code], node: Node) -> tuple[list[str], Code]:
        """The statements that an expression needs, indented once more, and its code."""
        outer, self.lines = self.lines, []
        with self.deeper():
            code = emit(node)
        lines, self.lines = self.lines, outer
        return lines, code

    def named(self, code: Code) -> tuple[str, str]:
        """Text that gives a value and binds it to a name, and the name."""
        if code.text.isidentifier():
            return code.text, code.text
        name = self.fresh("t")
        return f"({name} := {code.text})", name

    def simple(self, code: Code) -> str:
        """A name for the value; a statement binds it where there is none yet."""
        if code.text.isidentifier():
            return code.text
        name = self.fresh("t")
        self.line(f"{name} = {code.text}")
        return name

    # Expressions

    def emit(self, node: Node) -> Code:
        """The code of a node; times may come out as bare nanoseconds, told by their kind."""
        rule = _RULES.get(type(node))
        if rule is None:
            raise Unsupported
        return rule(self, node)

    def boxed(self, node: Node) -> Code:
        """The code of a node, as a CEL value."""
        code = self.emit(node)
        return Code(f"{BOXED[code.kind]}({code.text})", None) if code.kind in BOXED else code

    def test(self, node: Node) -> Code:
        """The code of a node that must be bool; raises if it is not."""
        code = self.boxed(node)
        if code.kind is Kind.BOOL:
            return code
        first, name = self.named(code)
        return Code(f"({first} is True or ({name} is not False and not_bool({name})))", Kind.BOOL)

    def constant(self, node: Constant) -> Code:
        value = node.value
        kind = constant_kind(value)
        if isinstance(value, (Timestamp, Duration)):
            value = value.nanoseconds
        return Code(self.constant_name(value), kind)

    def local(self, node: Local) -> Code:
        return self.locals[node.name]

    def global_(self, node: Global) -> Code:
        code = self.globals.get(node.name)
        if code is None:
            name = self.fresh("g")
            key = self.constant_name(node.name)
            kind = declared_kind(self.environment.variables.get(node.name))
            value = f"bindings[{key}]"
            if kind in BOXED:
                value = f"{kind}_of({value})"
            self.prologue.append(f"        {name} = {value}")
            code = self.globals[node.name] = Code(name, kind)
        return code

    def apply(self, node: Apply) -> Code:
        callee = node.callee
        if callee.host is None and (special := self.special(node)) is not None:
            return special
        arguments = [self.emit(argument) for argument in node.arguments]
        inline = INLINE.get(callee.name) if callee.host is None else None
        code = inline([argument.unknown_if_host() for argument in arguments], self.named) if inline else None
        if code is not None:
            return code
        texts = [self._box(argument).text for argument in arguments]
        if callee.budgeted:
            self.needs_budget = True
            texts.insert(0, "budget")
        text = f"{self.constant_name(callee.implementation)}({', '.join(texts)})"
        if callee.host is None:
            return Code(text, RESULT_KINDS.get(callee.name))
        kind = result_kind(callee.host.result)
        return Code(f"{kind}_of({text})" if kind in BOXED else text, kind)

    def special(self, node: Apply) -> Code | None:
        """The code of a call that a constant argument makes faster: a pattern, a time as text."""
        name, last = node.callee.name, node.arguments[-1] if node.arguments else None
        if not isinstance(last, Constant) or not isinstance(last.value, str):
            return None
        if name == "matches":
            text = self.boxed(node.arguments[0]).text
            return Code(f"{self.constant_name(searcher(last.value))}({text})", Kind.BOOL)
        if name in _TIMES and len(node.arguments) == 1:
            parse, kind = _TIMES[name]
            return Code(self.constant_name(parse(last.value)), kind)
        return None

    def select(self, node: Select) -> Code:
        operand = self.boxed(node.operand)
        field = self.constant_name(node.field)
        if node.optional or operand.kind is Kind.OPTIONAL:
            return Code(f"optional_select({operand.text}, {field})", Kind.OPTIONAL)
        return self.member(operand, field)

    def member(self, operand: Code, key: str) -> Code:
        """Subscribe with a text key; only what may be a map is subscripted, so that nothing of a host object shows."""
        if operand.kind in (None, Kind.MAP):
            return Code(f"{operand.text}[{key}]")
        return Code(f"select({operand.text}, {key})")

    def has(self, node: Has) -> Code:
        operand = self.boxed(node.operand)
        field = self.constant_name(node.field)
        first, name = self.named(operand)
        return Code(f"({field} in {name} if type({first}) is dict else has({name}, {field}))", Kind.BOOL)

    def index(self, node: Index) -> Code:
        operand, key = self.boxed(node.operand), self.boxed(node.index)
        if node.optional or operand.kind is Kind.OPTIONAL:
            return Code(f"optional_index({operand.text}, {key.text})", Kind.OPTIONAL)
        if isinstance(node.index, Constant) and key.kind is Kind.STRING:
            return self.member(operand, key.text)
        return Code(f"index({operand.text}, {key.text})")

    def unary(self, node: Unary) -> Code:
        if node.operator == "!":
            return Code(f"(not {self.test(node.operand).text})", Kind.BOOL)
        operand = self.boxed(node.operand)
        kind = operand.kind if operand.kind in (Kind.INT, Kind.DOUBLE) else None
        return Code(f"negate({operand.text})", kind)

    def list_literal(self, node: ListLiteral) -> Code:
        if any(element.optional for element in node.elements):
            raise Unsupported
        return Code(f"[{', '.join(self.boxed(element.value).text for element in node.elements)}]", Kind.LIST)

    def map_literal(self, node: MapLiteral) -> Code:
        if any(entry.optional for entry in node.entries):
            raise Unsupported
        pairs = [(self.boxed(entry.key).text, self.boxed(entry.value).text) for entry in node.entries]
        keys = [entry.key.value for entry in node.entries if isinstance(entry.key, Constant)]
        if len(keys) == len(pairs) == len(set(keys)) and all(type(key) is str for key in keys):
            return Code(f"{{{', '.join(f'{key}: {value}' for key, value in pairs)}}}", Kind.MAP)
        return Code(f"map_of([{', '.join(f'({key}, {value})' for key, value in pairs)}])", Kind.MAP)

    # Operators

    def binary(self, node: Binary) -> Code:
        operator = node.operator
        if operator == "in":
            return self.membership(node)
        left, right = self.emit(node.left).unknown_if_host(), self.emit(node.right).unknown_if_host()
        if operator in _MIRRORED:
            return self.comparison(operator, node, left, right)
        if (timed := _time_arithmetic(operator, left, right)) is not None:
            return timed
        left, right = self._box(left), self._box(right)
        kind = left.kind if left.kind == right.kind and left.kind in SCALAR_KINDS else None
        if operator == "+":
            self.needs_budget = True
            return Code(f"add(budget, {left.text}, {right.text})", kind)
        return Code(f"{_GENERIC[operator]}({left.text}, {right.text})", kind)

    def _box(self, code: Code) -> Code:
        return Code(f"{BOXED[code.kind]}({code.text})") if code.kind in BOXED else code

    def comparison(self, operator: str, node: Binary, left: Code, right: Code) -> Code:
        if left.kind == right.kind and left.kind in ORDERED_KINDS:
            return Code(f"({left.text} {operator} {right.text})", Kind.BOOL)
        if left.kind is not None and right.kind is None:
            return self.comparison_with(_MIRRORED[operator], right, left, node.left)
        if right.kind is not None and left.kind is None:
            return self.comparison_with(operator, left, right, node.right)
        left, right = self._box(left), self._box(right)
        if left.kind is None and right.kind is None:
            return self.comparison_of_two(operator, left, right)
        return Code(f"{_GENERIC[operator]}({left.text}, {right.text})", Kind.BOOL)

    def comparison_of_two(self, operator: str, left: Code, right: Code) -> Code:
        """Compare two values of which nothing is known."""
        (first, left_name), (second, right_name) = self.named(left), self.named(right)
        usual = "str" if operator in ("==", "!=") else "int"
        generic = f"{_GENERIC[operator]}({left_name}, {right_name})"
        text = f"({left_name} {operator} {right_name} if type({first}) is type({second}) is {usual} else {generic})"
        return Code(text, Kind.BOOL)

    def comparison_with(self, operator: str, value: Code, known: Code, node: Node) -> Code:
        """Compare a value of which nothing is known with one whose kind is known."""
        equality = operator in ("==", "!=")
        if known.kind in (Kind.STRING, Kind.BYTES):
            return Code(f"({value.text} {operator} {known.text})", Kind.BOOL)
        if equality and known.kind in (Kind.NULL, Kind.BOOL) and isinstance(node, Constant):
            return Code(f"({value.text} is {'not ' if operator == '!=' else ''}{known.text})", Kind.BOOL)
        if equality and _plainly_comparable(node):
            return Code(f"({value.text} {operator} {known.text})", Kind.BOOL)
        first, name = self.named(value)
        if known.kind is Kind.INT and known.text.isidentifier():
            generic = f"{_GENERIC[operator]}({name}, {known.text})"
            return Code(f"({name} {operator} {known.text} if type({first}) is int else {generic})", Kind.BOOL)
        boxed = self._box(known)
        if known.kind in BOXED and known.text.isidentifier():
            generic = f"{_GENERIC[operator]}({name}, {boxed.text})"
            wanted = BOXED[known.kind]
            text = f"({name}.nanoseconds {operator} {known.text} if type({first}) is {wanted} else {generic})"
            return Code(text, Kind.BOOL)
        return Code(f"{_GENERIC[operator]}({value.text}, {boxed.text})", Kind.BOOL)

    def membership(self, node: Binary) -> Code:
        item = self.boxed(node.left).unknown_if_host()
        texts = _constant_texts(node.right)
        if texts is not None and item.kind in (None, Kind.STRING):
            return Code(f"({item.text} in {self.constant_name(texts)})", Kind.BOOL)
        container = self.boxed(node.right)
        if item.kind is Kind.STRING and item.text.isidentifier():
            first, name = self.named(container)
            generic = f"contains({item.text}, {name})"
            return Code(f"({item.text} in {name} if type({first}) is list else {generic})", Kind.BOOL)
        (first, name), (second, container_name) = self.named(item), self.named(container)
        usual = f"type({first}) is str and type({second}) is list"
        if first != name and second != container_name:
            usual = f"(type({first}) is str) & (type({second}) is list)"
        text = f"({name} in {container_name} if {usual} else contains({name}, {container_name}))"
        return Code(text, Kind.BOOL)

    def logical(self, node: Logical) -> Code:
        word, opening = (" and ", "if {}:") if node.operator == "&&" else (" or ", "if not {}:")
        pending = [self.test(node.operands[0]).text]
        result = ""
        depth = 0
        for operand in node.operands[1:]:
            lines, code = self.captured(self.test, operand)
            if lines:
                result = result or self.fresh("t")
                self.line(f"{result} = {word.join(pending)}")
                self.line(opening.format(result))
                self.lines += lines
                self.indent += 1
                depth += 1
                pending = []
            pending.append(code.text)
        if not result:
            return Code(f"({word.join(pending)})", Kind.BOOL)
        self.line(f"{result} = {word.join(pending)}")
        self.indent -= depth
        return Code(result, Kind.BOOL)

    def conditional(self, node: Conditional) -> Code:
        condition = self.test(node.condition)
        then_lines, then = self.captured(self.emit, node.then)
        other_lines, other = self.captured(self.emit, node.otherwise)
        if then.kind != other.kind:
            then, other = self._box(then), self._box(other)
        kind = then.kind if then.kind == other.kind else None
        if not then_lines and not other_lines:
            return Code(f"({then.text} if {condition.text} else {other.text})", kind)
        result = self.fresh("t")
        self.line(f"if {condition.text}:")
        self.lines += then_lines
        with self.deeper():
            self.line(f"{result} = {then.text}")
        self.line("else:")
        self.lines += other_lines
        with self.deeper():
            self.line(f"{result} = {other.text}")
        return Code(result, kind)

    # Names and loops

    @contextmanager
    def binding(self, names: Mapping[str, Code]) -> Iterator[None]:
        """Local variables while their scope lasts."""
        outer = self.locals
        self.locals = {**outer, **names}
        try:
            yield
        finally:
            self.locals = outer

    def bind(self, node: Bind) -> Code:
        value = self.emit(node.value)
        with self.binding({node.variable.name: Code(self.simple(value), value.kind)}):
            return self.emit(node.body)

    def macro(self, node: Macro) -> Code:
        if node.kind in (MacroKind.OPT_MAP, MacroKind.OPT_FLAT_MAP):
            return self.optional_macro(node)
        names = {variable.name: Code(self.fresh("v")) for variable in node.variables}
        items = self.loop_over(node)
        variables = ", ".join(code.text for code in names.values())
        with self.binding(names):
            if node.kind in (MacroKind.ALL, MacroKind.EXISTS):
                return self.quantifier(node, items, variables)
            return self.collecting(node, items, variables)

    def loop_over(self, node: Macro) -> str:
        """The name of the list that a macro goes through; its length is spent as steps."""
        target = self.boxed(node.target)
        name = self.fresh("t")
        self.line(f"{name} = {target.text}")
        if len(node.variables) > 1:
            self.line(f"{name} = pairs({name})")
        elif target.kind is not Kind.LIST:
            self.line(f"if type({name}) is not list: {name} = elements({name})")
        self.needs_steps = True
        self.line(f"steps += len({name})")
        self.line("if steps > most_steps: steps_exceeded()")
        return name

    def quantifier(self, node: Macro, items: str, variables: str) -> Code:
        """A loop that ends at the first element that decides."""
        exists = node.kind is MacroKind.EXISTS
        result = self.fresh("t")
        self.line(f"{result} = {not exists}")
        self.line(f"for {variables} in {items}:")
        with self.deeper():
            predicate = self.test(self._predicate(node))
            self.line(f"if {predicate.text}:" if exists else f"if not {predicate.text}:")
            with self.deeper():
                self.line(f"{result} = {exists}")
                self.line("break")
        return Code(result, Kind.BOOL)

    def _predicate(self, node: Macro) -> Node:
        if node.predicate is None:
            raise Unsupported
        return node.predicate

    def collecting(self, node: Macro, items: str, variables: str) -> Code:
        """A loop through all elements that gathers a list."""
        found, keys = self.fresh("t"), self.fresh("t")
        sorts = node.kind is MacroKind.SORT_BY
        self.line(f"{found} = []")
        if sorts:
            self.line(f"{keys} = []")
        self.line(f"for {variables} in {items}:")
        first = variables.partition(",")[0]
        with self.deeper():
            if node.predicate is not None:
                self.line(f"if not {self.test(node.predicate).text}: continue")
            result = self.boxed(node.result).text if node.result is not None else first
            if sorts:
                self.line(f"{keys}.append({result})")
                result = first
            elif node.kind is MacroKind.TRANSFORM_MAP:
                result = f"({first}, {result})"
            self.line(f"{found}.append({result})")
        return self.gathered(node, found, keys)

    def gathered(self, node: Macro, found: str, keys: str) -> Code:
        """The value of a macro from the list that its loop gathered."""
        kind = node.kind
        if kind is MacroKind.EXISTS_ONE:
            return Code(f"(len({found}) == 1)", Kind.BOOL)
        if kind is MacroKind.SORT_BY:
            return Code(f"sorted_by({found}, {keys})", Kind.LIST)
        if kind is MacroKind.TRANSFORM_MAP:
            return Code(f"map_of({found})", Kind.MAP)
        if kind is MacroKind.TRANSFORM_MAP_ENTRY:
            raise Unsupported
        return Code(found, Kind.LIST)

    def optional_macro(self, node: Macro) -> Code:
        if node.result is None:
            raise Unsupported
        target = self.simple(Code(f"optional_content({self.boxed(node.target).text})"))
        result, variable = self.fresh("t"), self.fresh("v")
        self.line(f"{result} = NONE")
        self.line(f"if {target}.has_value:")
        with self.deeper(), self.binding({node.variables[0].name: Code(variable)}):
            self.line(f"{variable} = {target}.value")
            value = self.boxed(node.result).text
            wrap = "OptionalValue" if node.kind is MacroKind.OPT_MAP else "optional_content"
            self.line(f"{result} = {wrap}({value})")
        return Code(result, Kind.OPTIONAL)


def _time_arithmetic(operator: str, left: Code, right: Code) -> Code | None:
    """Sums and differences of bare nanoseconds."""
    kinds = (left.kind, right.kind)
    text = f"{left.text} {operator} {right.text}"
    moment, length = Kind.TIMESTAMP, Kind.DURATION
    if operator not in ("+", "-"):
        return None
    if kinds == (length, length) or (kinds == (moment, moment) and operator == "-"):
        return Code(f"checked_duration({text})", length)
    if kinds == (moment, length) or (kinds == (length, moment) and operator == "+"):
        return Code(f"checked_timestamp({text})", moment)
    return None


def _plainly_comparable(node: Node) -> bool:
    """Whether Python's `==` with a constant number says what CEL says, whatever the other value is."""
    if not isinstance(node, Constant) or type(node.value) not in (int, float):
        return False
    return node.value not in (0, 1) and abs(node.value) < _EXACT_DOUBLES  # type: ignore[arg-type] # a number


def _constant_texts(node: Node) -> frozenset[str] | None:
    """The texts of a list literal that holds nothing else."""
    if not isinstance(node, ListLiteral) or any(element.optional for element in node.elements):
        return None
    values = [element.value.value for element in node.elements if isinstance(element.value, Constant)]
    texts = frozenset(value for value in values if isinstance(value, str))
    return texts if len(values) == len(node.elements) and all(type(value) is str for value in values) else None


_RULES: dict[type[Node], Callable[[_Compiler, Any], Code]] = {
    Constant: _Compiler.constant,
    Local: _Compiler.local,
    Global: _Compiler.global_,
    Apply: _Compiler.apply,
    Select: _Compiler.select,
    Has: _Compiler.has,
    Index: _Compiler.index,
    Unary: _Compiler.unary,
    Binary: _Compiler.binary,
    ListLiteral: _Compiler.list_literal,
    MapLiteral: _Compiler.map_literal,
    Logical: _Compiler.logical,
    Conditional: _Compiler.conditional,
    Bind: _Compiler.bind,
    Macro: _Compiler.macro,
}
