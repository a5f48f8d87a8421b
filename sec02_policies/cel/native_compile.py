"""How expressions are written as Python text: what is known of a value decides how little is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sec02_policies.cel.native_calls import INLINE, RESULT_KINDS
from sec02_policies.cel.native_compare import (
    COMPARISONS,
    GENERIC,
    comparison,
    constant_texts,
    membership,
    time_arithmetic,
)
from sec02_policies.cel.native_kinds import (
    BOXED,
    SCALAR_KINDS,
    Code,
    Kind,
    Unsupported,
    constant_kind,
    declared_kind,
    result_kind,
)
from sec02_policies.cel.native_loops import macro
from sec02_policies.cel.native_writer import Writer, box
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
    MapLiteral,
    Node,
    Select,
    Unary,
)
from sec02_policies.cel.times import parse_duration, parse_timestamp
from sec02_policies.cel.values import Duration, Timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from sec02_policies.cel.environment import Environment

_TIMES: dict[str, tuple[Callable[[str], int], Kind]] = {
    "timestamp": (parse_timestamp, Kind.TIMESTAMP),
    "duration": (parse_duration, Kind.DURATION),
}


class Compiler(Writer):
    """Writes the body of the function of one resolved tree."""

    def __init__(self, environment: Environment) -> None:
        """`environment` tells the types of the variables."""
        super().__init__()
        self.environment = environment
        self.needs_budget = False
        self.needs_steps = False
        self._globals: dict[str, Code] = {}

    def emit(self, node: Node) -> Code:
        """The code of a node; times may come out as bare nanoseconds, told by their kind."""
        rule = self._RULES.get(type(node))
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

    def _constant(self, node: Constant) -> Code:
        value = node.value
        kind = constant_kind(value)
        if isinstance(value, (Timestamp, Duration)):
            value = value.nanoseconds
        return Code(self.constant_name(value), kind)

    def _local(self, node: Local) -> Code:
        return self.locals[node.name]

    def _global(self, node: Global) -> Code:
        code = self._globals.get(node.name)
        if code is None:
            name = self.fresh("g")
            key = self.constant_name(node.name)
            kind = declared_kind(self.environment.variables.get(node.name))
            value = f"bindings[{key}]"
            if kind in BOXED:
                value = f"{kind}_of({value})"
            self.prologue.append(f"        {name} = {value}")
            code = self._globals[node.name] = Code(name, kind)
        return code

    def _apply(self, node: Apply) -> Code:
        callee = node.callee
        if callee.host is None and (special := self._special(node)) is not None:
            return special
        arguments = [self.emit(argument) for argument in node.arguments]
        inline = INLINE.get(callee.name) if callee.host is None else None
        code = inline([argument.unknown_if_host() for argument in arguments], self.named) if inline else None
        if code is not None:
            return code
        texts = [box(argument).text for argument in arguments]
        if callee.budgeted:
            self.needs_budget = True
            texts.insert(0, "budget")
        text = f"{self.constant_name(callee.implementation)}({', '.join(texts)})"
        if callee.host is None:
            return Code(text, RESULT_KINDS.get(callee.name))
        kind = result_kind(callee.host.result)
        return Code(f"{kind}_of({text})" if kind in BOXED else text, kind)

    def _special(self, node: Apply) -> Code | None:
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

    def _select(self, node: Select) -> Code:
        operand = self.boxed(node.operand)
        field = self.constant_name(node.field)
        if node.optional or operand.kind is Kind.OPTIONAL:
            return Code(f"optional_select({operand.text}, {field})", Kind.OPTIONAL)
        return self._member(operand, field)

    def _member(self, operand: Code, key: str) -> Code:
        """Subscribe with a text key; only what may be a map is subscripted, so that nothing of a host object shows."""
        if operand.kind in (None, Kind.MAP):
            return Code(f"{operand.text}[{key}]")
        return Code(f"select({operand.text}, {key})")

    def _has(self, node: Has) -> Code:
        operand = self.boxed(node.operand)
        field = self.constant_name(node.field)
        first, name = self.named(operand)
        return Code(f"({field} in {name} if type({first}) is dict else has({name}, {field}))", Kind.BOOL)

    def _index(self, node: Index) -> Code:
        operand, key = self.boxed(node.operand), self.boxed(node.index)
        if node.optional or operand.kind is Kind.OPTIONAL:
            return Code(f"optional_index({operand.text}, {key.text})", Kind.OPTIONAL)
        if isinstance(node.index, Constant) and key.kind is Kind.STRING:
            return self._member(operand, key.text)
        return Code(f"index({operand.text}, {key.text})")

    def _unary(self, node: Unary) -> Code:
        if node.operator == "!":
            return Code(f"(not {self.test(node.operand).text})", Kind.BOOL)
        operand = self.boxed(node.operand)
        kind = operand.kind if operand.kind in (Kind.INT, Kind.DOUBLE) else None
        return Code(f"negate({operand.text})", kind)

    def _list_literal(self, node: ListLiteral) -> Code:
        if any(element.optional for element in node.elements):
            raise Unsupported
        return Code(f"[{', '.join(self.boxed(element.value).text for element in node.elements)}]", Kind.LIST)

    def _map_literal(self, node: MapLiteral) -> Code:
        if any(entry.optional for entry in node.entries):
            raise Unsupported
        pairs = [(self.boxed(entry.key).text, self.boxed(entry.value).text) for entry in node.entries]
        keys = [entry.key.value for entry in node.entries if isinstance(entry.key, Constant)]
        if len(keys) == len(pairs) == len(set(keys)) and all(type(key) is str for key in keys):
            return Code(f"{{{', '.join(f'{key}: {value}' for key, value in pairs)}}}", Kind.MAP)
        return Code(f"map_of([{', '.join(f'({key}, {value})' for key, value in pairs)}])", Kind.MAP)

    def _binary(self, node: Binary) -> Code:
        operator = node.operator
        if operator == "in":
            return self._membership(node)
        left, right = self.emit(node.left).unknown_if_host(), self.emit(node.right).unknown_if_host()
        if operator in COMPARISONS:
            return comparison(self, operator, node, left, right)
        if (timed := time_arithmetic(operator, left, right)) is not None:
            return timed
        left, right = box(left), box(right)
        kind = left.kind if left.kind == right.kind and left.kind in SCALAR_KINDS else None
        if operator == "+":
            self.needs_budget = True
            return Code(f"add(budget, {left.text}, {right.text})", kind)
        return Code(f"{GENERIC[operator]}({left.text}, {right.text})", kind)

    def _membership(self, node: Binary) -> Code:
        item = self.boxed(node.left).unknown_if_host()
        texts = constant_texts(node.right)
        if texts is not None and item.kind in (None, Kind.STRING):
            return Code(f"({item.text} in {self.constant_name(texts)})", Kind.BOOL)
        return membership(self, item, self.boxed(node.right))

    def _logical(self, node: Logical) -> Code:
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

    def _conditional(self, node: Conditional) -> Code:
        condition = self.test(node.condition)
        then_lines, then = self.captured(self.emit, node.then)
        other_lines, other = self.captured(self.emit, node.otherwise)
        if then.kind != other.kind:
            then, other = box(then), box(other)
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

    def _bind(self, node: Bind) -> Code:
        value = self.emit(node.value)
        with self.binding({node.variable.name: Code(self.simple(value), value.kind)}):
            return self.emit(node.body)

    _RULES: ClassVar[dict[type[Node], Callable[[Compiler, Any], Code]]] = {
        Constant: _constant,
        Local: _local,
        Global: _global,
        Apply: _apply,
        Select: _select,
        Has: _has,
        Index: _index,
        Unary: _unary,
        Binary: _binary,
        ListLiteral: _list_literal,
        MapLiteral: _map_literal,
        Logical: _logical,
        Conditional: _conditional,
        Bind: _bind,
        Macro: macro,
    }
