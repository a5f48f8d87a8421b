"""The grammar of CEL: text to syntax tree by precedence climbing, with a helpful error at the exact place."""

from __future__ import annotations

from functools import lru_cache

from sec02_policies.cel.cursor import Cursor, short
from sec02_policies.cel.limits import Limits
from sec02_policies.cel.macros import expand
from sec02_policies.cel.scan import Token, TokenKind, string_value
from sec02_policies.cel.syntax import (
    Binary,
    Call,
    Conditional,
    Element,
    Entry,
    Ident,
    Index,
    ListLiteral,
    Literal,
    LiteralKind,
    Logical,
    MapLiteral,
    Node,
    Select,
    Struct,
    StructField,
    Unary,
    qualified_name,
)
from sec02_policies.cel.values import INT_MAX, UINT_MAX
from sec02_policies.errors import CompileError

_RESERVED_WORDS = "as break const continue else for function if import let loop package namespace return var void while"
RESERVED = frozenset(_RESERVED_WORDS.split(" "))
_KEYWORDS: dict[str, tuple[bool | None, LiteralKind]] = {
    "true": (True, LiteralKind.BOOL),
    "false": (False, LiteralKind.BOOL),
    "null": (None, LiteralKind.NULL),
}
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"||"}),
    frozenset({"&&"}),
    frozenset({"==", "!=", "<", "<=", ">", ">=", "in"}),
    frozenset({"+", "-"}),
    frozenset({"*", "/", "%"}),
)
_LEVEL = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_LOGICAL_LEVELS = 2


def parse(text: str, *, limits: Limits | None = None, macros: bool = True) -> Node:
    """The syntax tree of an expression, macros as nodes of their own (or as plain calls); raises CompileError."""
    return _parse(text, limits or Limits(), macros)


@lru_cache(maxsize=4_096)
def _parse(text: str, bounds: Limits, macros: bool) -> Node:  # noqa: FBT001 - a key of the cache
    if len(text) > bounds.source:
        raise CompileError("source_size", f"the expression is longer than {bounds.source} characters")
    try:
        parser = _Parser(text, bounds, macros=macros)
        tree = parser.whole()
    except RecursionError:
        raise CompileError("depth", "the expression is nested too deeply for the caller's stack") from None
    _bound_depth(tree, bounds.depth)
    return tree


def _bound_depth(tree: Node, depth: int) -> None:
    """Refuse a tree that is too high for the evaluators, such as a sum of hundreds of terms."""
    level = [tree]
    for _ in range(2 * depth):
        level = [child for node in level for child in node.children()]
        if not level:
            return
    at = level[0].span
    raise CompileError(
        "depth",
        f"the expression is more than {2 * depth} operations deep",
        line=at.line,
        column=at.column,
        hint="split it, or use a list and a macro",
    )


class _Parser(Cursor):
    """One pass over the tokens of one source."""

    def __init__(self, text: str, limits: Limits, *, macros: bool) -> None:
        super().__init__(text, limits)
        self.macros = macros
        self.nesting = 0

    # Expressions

    def whole(self) -> Node:
        tree = self.expression()
        if self.token.kind is not TokenKind.END:
            self.unexpected("expected an operator or the end")
        return tree

    def expression(self) -> Node:
        """Condition ? then : otherwise, or a chain of operators."""
        self.nesting += 1
        if self.nesting > self.limits.depth:
            self.source.fail(
                self.token.start, f"nested more than {self.limits.depth} deep", "split the expression", code="depth"
            )
        start = self.token.start
        result = self.binary(0)
        if self.accept("?"):
            then = self.binary(0)
            self.expect(":", "of the condition ?:")
            otherwise = self.expression()
            result = Conditional(condition=result, then=then, otherwise=otherwise, span=self.span_from(start))
        self.nesting -= 1
        return result

    def binary(self, level: int) -> Node:
        """A chain of operators that bind at least as tightly as `level`."""
        start = self.token.start
        left = self.unary()
        while True:
            token = self.token
            next_level = self._level(token)
            if next_level < level:
                return left
            self.position += 1
            if next_level < _LOGICAL_LEVELS:
                left = self.logical(start, left, token.text, next_level)
            else:
                right = self.binary(next_level + 1)
                left = Binary(
                    operator=token.text,
                    left=left,
                    right=right,
                    operator_span=self.source.span(token.start, token.end),
                    span=self.span_from(start),
                )

    def _level(self, token: Token) -> int:
        """The level of a binary operator, -1 for any other token."""
        word = token.kind is TokenKind.NAME and token.text == "in"
        return _LEVEL.get(token.text, -1) if word or token.kind is TokenKind.PUNCTUATION else -1

    def logical(self, start: int, first: Node, operator: str, level: int) -> Node:
        """The rest of a chain of one logical operator, whose first `operator` is taken already."""
        operands = [first, self.binary(level + 1)]
        while self.accept(operator):
            operands.append(self.binary(level + 1))
        return Logical(operator=operator, operands=tuple(operands), span=self.span_from(start))

    def unary(self) -> Node:
        if not self.at("!", "-"):
            return self.member()
        operator = self.token.text
        starts = []
        while self.at(operator):
            starts.append(self.take().start)
        if self.at("!", "-"):
            self.source.fail(self.token.start, f"unexpected '{self.token.text}' after '{operator}'", "use brackets")
        if operator == "-" and self.token.kind in (TokenKind.INT, TokenKind.DOUBLE):
            operand = self.member(negative=starts.pop())
        else:
            operand = self.member()
        for start in reversed(starts):
            operand = Unary(operator=operator, operand=operand, span=self.span_from(start))
        return operand

    def member(self, *, negative: int | None = None) -> Node:
        """A primary and the selections, indexes and calls that follow it; `negative` is the offset of a minus sign."""
        start = self.token.start if negative is None else negative
        operand = self.primary(negative=negative)
        while True:
            if self.at("."):
                operand = self.selection(start, operand)
            elif self.at("["):
                self.take()
                optional = self.accept("?")
                index = self.expression()
                self.expect("]", "after the index")
                operand = Index(operand=operand, index=index, optional=optional, span=self.span_from(start))
            elif self.at("{") and (name := qualified_name(operand)):
                operand = Struct(name=name, fields=self.struct_fields(), span=self.span_from(start))
            else:
                return operand

    def selection(self, start: int, operand: Node) -> Node:
        """`.field`, `.?field` or `.method(arguments)` after an operand."""
        self.take()
        optional = self.accept("?")
        token = self.field_name()
        name_span = self.source.span(token.start, token.end)
        if not self.at("("):
            return Select(
                operand=operand, field=token.text, field_span=name_span, optional=optional, span=self.span_from(start)
            )
        if optional or token.kind is TokenKind.QUOTED_NAME:
            self.source.fail(token.start, f"'{short(token.text)}' cannot be called", "write x.name(...)")
        arguments = self.arguments()
        call = Call(
            function=token.text, target=operand, arguments=arguments, name_span=name_span, span=self.span_from(start)
        )
        return expand(self.source, call) if self.macros else call

    def field_name(self) -> Token:
        token = self.token
        quoted = token.kind is TokenKind.QUOTED_NAME
        if not quoted and (token.kind is not TokenKind.NAME or token.text in _KEYWORDS or token.text == "in"):
            self.unexpected("expected the name of a field or function after '.'")
        return self.take()

    def primary(self, *, negative: int | None) -> Node:
        token = self.token
        if token.kind in (TokenKind.NAME, TokenKind.END, TokenKind.QUOTED_NAME):
            return self.name()
        if token.kind is not TokenKind.PUNCTUATION:
            return self.literal(negative=negative)
        if token.text == "(":
            self.take()
            inner = self.expression()
            self.expect(")", "to close the bracket")
            return inner
        if token.text == "[":
            return self.list_literal()
        if token.text == "{":
            return self.map_literal()
        return self.name()

    def name(self) -> Node:
        """`name`, `.name`, or a call of a global function."""
        start = self.token.start
        absolute = self.accept(".")
        token = self.token
        if token.text in _KEYWORDS and not absolute and token.kind is TokenKind.NAME:
            self.take()
            value, kind = _KEYWORDS[token.text]
            return Literal(value=value, kind=kind, span=self.span_from(start))
        if token.kind is not TokenKind.NAME or token.text == "in" or token.text in _KEYWORDS:
            self.unexpected("expected an expression")
        if token.text in RESERVED:
            self.source.fail(token.start, f"'{token.text}' is a reserved word", "choose another name")
        self.take()
        if not self.at("("):
            return Ident(name=token.text, absolute=absolute, span=self.span_from(start))
        arguments = self.arguments()
        call = Call(
            function=token.text,
            arguments=arguments,
            absolute=absolute,
            name_span=self.source.span(token.start, token.end),
            span=self.span_from(start),
        )
        return expand(self.source, call) if self.macros else call

    def arguments(self) -> tuple[Node, ...]:
        """The arguments of a call, from its bracket on."""
        self.take()
        if self.accept(")"):
            return ()
        result = [self.expression()]
        while self.accept(","):
            result.append(self.expression())
        self.expect(")", "or ',' after an argument")
        return tuple(result)

    # Literals

    def literal(self, *, negative: int | None) -> Literal:
        token = self.take()
        start = token.start if negative is None else negative
        value: int | float | str | bytes
        if token.kind in (TokenKind.STRING, TokenKind.BYTES):
            value = string_value(self.source, token)
        elif token.kind is TokenKind.DOUBLE:
            value = self.double(token) * (1 if negative is None else -1)
        else:
            value = self.integer(token, negative=negative is not None)
        return Literal(value=value, kind=LiteralKind(_LITERAL_KINDS[token.kind]), span=self.span_from(start))

    def integer(self, token: Token, *, negative: bool) -> int:
        digits, base = (token.text[2:], 16) if token.text.startswith("0x") else (token.text, 10)
        unsigned = token.kind is TokenKind.UINT
        largest = UINT_MAX if unsigned else INT_MAX + negative
        if len(digits.lstrip("0")) > len(str(UINT_MAX)) or int(digits, base) > largest:
            self.source.fail(token.start, f"the number does not fit a 64-bit {'uint' if unsigned else 'int'}")
        value = int(digits, base)
        return -value if negative else value

    def double(self, token: Token) -> float:
        value = float(token.text)
        if value == float("inf"):
            self.source.fail(token.start, "the number does not fit a double")
        return value

    def list_literal(self) -> ListLiteral:
        start = self.take().start
        elements: list[Element] = []
        while not self.at("]"):
            optional = self.accept("?")
            elements.append(Element(value=self.expression(), optional=optional))
            if not self.accept(","):
                break
        self.expect("]", "or ',' after an element")
        return ListLiteral(elements=tuple(elements), span=self.span_from(start))

    def map_literal(self) -> MapLiteral:
        start = self.take().start
        entries: list[Entry] = []
        while not self.at("}"):
            optional = self.accept("?")
            key = self.expression()
            self.expect(":", "after the key")
            entries.append(Entry(key=key, value=self.expression(), optional=optional))
            if not self.accept(","):
                break
        self.expect("}", "or ',' after an entry")
        return MapLiteral(entries=tuple(entries), span=self.span_from(start))

    def struct_fields(self) -> tuple[StructField, ...]:
        self.take()
        fields: list[StructField] = []
        while not self.at("}"):
            optional = self.accept("?")
            name = self.field_name().text
            self.expect(":", "after the field's name")
            fields.append(StructField(name=name, value=self.expression(), optional=optional))
            if not self.accept(","):
                break
        self.expect("}", "or ',' after a field")
        return tuple(fields)


_LITERAL_KINDS = {
    TokenKind.INT: "int",
    TokenKind.UINT: "uint",
    TokenKind.DOUBLE: "double",
    TokenKind.STRING: "string",
    TokenKind.BYTES: "bytes",
}
