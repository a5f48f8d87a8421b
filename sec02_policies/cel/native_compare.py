"""How comparisons, memberships and sums of times are written: with Python's operators wherever they say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.cel.native_kinds import BOXED, ORDERED_KINDS, Code, Kind
from sec02_policies.cel.native_writer import box
from sec02_policies.cel.resolve import Constant
from sec02_policies.cel.syntax import ListLiteral

if TYPE_CHECKING:
    from sec02_policies.cel.native_writer import Writer
    from sec02_policies.cel.syntax import Binary, Node

GENERIC = {
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
"""The helper behind each operator that does whatever CEL does."""

COMPARISONS = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
"""The operators that compare, and what each becomes when its operands change places."""

_EXACT_DOUBLES = 2**53


def comparison(writer: Writer, operator: str, node: Binary, left: Code, right: Code) -> Code:
    """The code of a comparison, as plain as the kinds of its operands allow."""
    if left.kind == right.kind and left.kind in ORDERED_KINDS:
        return Code(f"({left.text} {operator} {right.text})", Kind.BOOL)
    if left.kind is not None and right.kind is None:
        return _compare_with(writer, COMPARISONS[operator], right, left, node.left)
    if right.kind is not None and left.kind is None:
        return _compare_with(writer, operator, left, right, node.right)
    left, right = box(left), box(right)
    if left.kind is None and right.kind is None:
        return _compare_two(writer, operator, left, right)
    return Code(f"{GENERIC[operator]}({left.text}, {right.text})", Kind.BOOL)


def _compare_two(writer: Writer, operator: str, left: Code, right: Code) -> Code:
    """Compare two values of which nothing is known."""
    (first, left_name), (second, right_name) = writer.named(left), writer.named(right)
    usual = "str" if operator in ("==", "!=") else "int"
    generic = f"{GENERIC[operator]}({left_name}, {right_name})"
    text = f"({left_name} {operator} {right_name} if type({first}) is type({second}) is {usual} else {generic})"
    return Code(text, Kind.BOOL)


def _compare_with(writer: Writer, operator: str, value: Code, known: Code, node: Node) -> Code:
    """Compare a value of which nothing is known with one whose kind is known."""
    equality = operator in ("==", "!=")
    if known.kind in (Kind.STRING, Kind.BYTES):
        return Code(f"({value.text} {operator} {known.text})", Kind.BOOL)
    if equality and known.kind in (Kind.NULL, Kind.BOOL) and isinstance(node, Constant):
        return Code(f"({value.text} is {'not ' if operator == '!=' else ''}{known.text})", Kind.BOOL)
    if equality and _plainly_comparable(node):
        return Code(f"({value.text} {operator} {known.text})", Kind.BOOL)
    first, name = writer.named(value)
    if known.kind is Kind.INT and known.text.isidentifier():
        generic = f"{GENERIC[operator]}({name}, {known.text})"
        return Code(f"({name} {operator} {known.text} if type({first}) is int else {generic})", Kind.BOOL)
    boxed = box(known)
    if known.kind in BOXED and known.text.isidentifier():
        generic = f"{GENERIC[operator]}({name}, {boxed.text})"
        wanted = BOXED[known.kind]
        text = f"({name}.nanoseconds {operator} {known.text} if type({first}) is {wanted} else {generic})"
        return Code(text, Kind.BOOL)
    return Code(f"{GENERIC[operator]}({value.text}, {boxed.text})", Kind.BOOL)


def membership(writer: Writer, item: Code, container: Code) -> Code:
    """The code of `item in container`."""
    first, name = writer.named(container)
    if item.kind is Kind.STRING and item.text.isidentifier():
        generic = f"contains({item.text}, {name})"
        return Code(f"({item.text} in {name} if type({first}) is list else {generic})", Kind.BOOL)
    value, item_name = writer.named(item)
    # Both names must be bound before either branch reads them, so the test may not stop half-way.
    usual = f"(type({value}) is str) & (type({first}) is list)"
    return Code(f"({item_name} in {name} if {usual} else contains({item_name}, {name}))", Kind.BOOL)


def time_arithmetic(operator: str, left: Code, right: Code) -> Code | None:
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


def constant_texts(node: Node) -> frozenset[str] | None:
    """The texts of a list literal that holds nothing else."""
    if not isinstance(node, ListLiteral) or any(element.optional for element in node.elements):
        return None
    values = [element.value.value for element in node.elements if isinstance(element.value, Constant)]
    texts = frozenset(value for value in values if isinstance(value, str))
    return texts if len(values) == len(node.elements) and all(type(value) is str for value in values) else None
