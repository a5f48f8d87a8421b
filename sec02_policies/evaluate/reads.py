"""Which fields of which types a policy reads: what has to be collected for it, and no more.

An over-estimate where it cannot be exact, never an under-estimate: a member's name counts for every type that the
policy can reach. Should it miss one after all, the policy's result is unknown, not wrong.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sec02_policies.cel.parse import parse
from sec02_policies.cel.syntax import Call, Has, Ident, Index, Literal, Node, Select, walk
from sec02_policies.evaluate.facts import READS
from sec02_policies.snapshot import schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sec02_policies.model import Policy

Fields = dict[str, set[str]]

_LOOKUPS = frozenset({"get", "holds", "resources", "where"})
# What a result says of its resource, whatever the policy asks.
_SHOWN = frozenset({"id", "name", "arn", "account_id", "region"})


def fields_read(policies: Iterable[Policy]) -> Mapping[str, frozenset[str]]:
    """The fields that the policies read, by type; a type of which only the presence matters has its `id`."""
    found: Fields = defaultdict(set)
    for policy in policies:
        for kind, fields in _Reads(policy).fields.items():
            found[kind] |= fields
    return {kind: frozenset(fields) for kind, fields in sorted(found.items())}


def _expressions(policy: Policy) -> Iterator[str]:
    optional = (policy.when, policy.condition, policy.message)
    yield from (each for each in optional if each is not None)
    yield from policy.variables.values()
    yield from policy.evidence.values()


class _Reads:
    """What one policy reads, gathered from the syntax of its expressions."""

    def __init__(self, policy: Policy) -> None:
        self.fields: Fields = defaultdict(set)
        self._types = schemas().types
        self._reached: set[str] = set()
        self._asked: set[str] = set(policy.resource)
        self._names: set[str] = set()
        self._facts: set[str] = set()
        self._wholly: set[str] = set()
        for source in _expressions(policy):
            tree = parse(source)
            self._note_whole((tree,), policy.resource)
            for node in walk(tree):
                self._note(node, policy.resource)
        for kind in policy.resource:
            self._reach(kind, _SHOWN)
        self._follow()

    # ------------------------------------------------------------ what is written

    def _note(self, node: Node, judged: Iterable[str]) -> None:
        if isinstance(node, (Select, Has)):
            self._names.add(node.field)
        elif isinstance(node, Call):
            self._note_call(node)
        elif isinstance(node, Index):
            self._note_index(node)
        elif isinstance(node, Ident) and node.name == "account":
            self._reach("iam_account", ())
        is_step = isinstance(node, (Select, Has, Index)) or (isinstance(node, Call) and node.function in READS)
        if not is_step:
            self._note_whole(node.children(), judged)

    def _note_index(self, node: Index) -> None:
        """`x['name']` reads that member; `x[0]` an item of a list; what any other index reads, only a run can tell."""
        if not isinstance(node.index, Literal):
            self._wholly |= self._types.keys()
        elif isinstance(node.index.value, str):
            self._names.add(node.index.value)

    def _note_call(self, node: Call) -> None:
        if node.function in READS:
            self._facts.add(node.function)
        target = node.target
        if not (isinstance(target, Ident) and target.name == "snapshot" and node.function in _LOOKUPS):
            return
        kind, *rest = node.arguments
        # The type of a look-up is checked to be one of the known names; where it is computed, it may be any of them.
        named = kind.value if isinstance(kind, Literal) else None
        for each in [named] if isinstance(named, str) else list(self._types):
            self._asked.add(each)
            self._reach(each, ())
        if node.function == "where" and isinstance(rest[0], Literal):
            self._names.add(str(rest[0].value))
        elif node.function == "where":
            self._wholly |= self._types.keys()

    def _note_whole(self, values: Iterable[Node], judged: Iterable[str]) -> None:
        """A resource that is a value in itself, and not only a step to a member or the argument of a fact."""
        bare = {each.name for each in values if isinstance(each, Ident)}
        if "resource" in bare:
            self._wholly.update(judged)
        if "account" in bare:
            self._wholly.add("iam_account")

    # ------------------------------------------------------------ what follows from it

    def _reach(self, kind: str, fields: Iterable[str]) -> None:
        self._reached.add(kind)
        self.fields[kind] |= {"id", *fields}

    def _follow(self) -> None:
        """Add what the types, names and facts imply of each other, until nothing is new."""
        before = -1
        while before != (before := sum(map(len, self.fields.values())) + len(self._reached)):
            for kind in sorted(self._reached):
                known = self._types[kind].fields.keys()
                self.fields[kind] |= known if kind in self._wholly else known & self._names
            for fact in self._facts:
                self._follow_fact(fact)
            for child in self._types.values():
                self._follow_family(child.name, child.view_of)

    def _follow_fact(self, fact: str) -> None:
        reads = READS[fact]
        for kind in self._reached & reads.of.keys():
            self.fields[kind] |= reads.of[kind]
        if self._reached & reads.of.keys():
            for kind, fields in reads.follows.items():
                self._reach(kind, fields)

    def _follow_family(self, child: str, places: Iterable[tuple[str, str]]) -> None:
        """A parent's field holds its children; and to find all resources of the child's type is to read all parents."""
        for parent, member in places:
            if child in self._asked:
                self.fields[parent] |= {"id", member}
            if member in self.fields.get(parent, ()):
                self._reach(child, ())
