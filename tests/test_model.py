from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from sec02_policies.cli.collected import GapOption
from sec02_policies.model import Gap, GapKind, PartialList, PartialMap, Severity, Unknown


def gap(number: int, **more: Any) -> Gap:
    facts: dict[str, Any] = {
        "id": f"g{number:05}",
        "collection": "iam_user",
        "account_id": "111122223333",
        "region": "global",
        "resource_id": None,
        "field": None,
        "api": "iam:ListUsers",
        "code": "AccessDenied",
        "kind": GapKind.DENIED,
    }
    return Gap(**(facts | more))


HIDDEN = PartialMap({"a": 1}, {"b": (gap(1),), "c": (gap(2),)})
TRUNCATED = PartialList([1, 2], [gap(1)])

MAP_NEEDS_ALL: dict[str, Callable[[], object]] = {
    "hidden": lambda: HIDDEN["b"],
    "get": lambda: HIDDEN.get("b"),
    "in": lambda: "b" in HIDDEN,
    "len": lambda: len(HIDDEN),
    "iter": lambda: list(HIDDEN),
    "keys": lambda: HIDDEN.keys(),
    "values": lambda: HIDDEN.values(),
    "items": lambda: HIDDEN.items(),
    "eq": lambda: HIDDEN == {"a": 1},
    "eq reflected": lambda: HIDDEN == {"a": 1},
    "ne": lambda: HIDDEN != {"a": 1},
    "dict": lambda: dict(HIDDEN),
}
LIST_NEEDS_ALL: dict[str, Callable[[], object]] = {
    "len": lambda: len(TRUNCATED),
    "iter": lambda: list(iter(TRUNCATED)),
    "not in": lambda: 3 in TRUNCATED,
    "index": lambda: TRUNCATED[0],
    "eq": lambda: TRUNCATED == [1, 2],
    "eq reflected": lambda: TRUNCATED == [1, 2],
    "ne": lambda: TRUNCATED != [1, 2],
    "add": lambda: TRUNCATED + [3],  # noqa: RUF005 - the operator is what is tested
    "radd": lambda: [3] + TRUNCATED,  # noqa: RUF005 - as above
}


@pytest.mark.parametrize("name", MAP_NEEDS_ALL)
def test_a_partial_map_is_unknown_wherever_hidden_members_matter(name: str) -> None:
    with pytest.raises(Unknown):
        MAP_NEEDS_ALL[name]()


@pytest.mark.parametrize("name", LIST_NEEDS_ALL)
def test_a_partial_list_is_unknown_wherever_its_rest_matters(name: str) -> None:
    with pytest.raises(Unknown):
        LIST_NEEDS_ALL[name]()


def test_what_is_known_is_read_as_ever() -> None:
    assert HIDDEN["a"] == HIDDEN.get("a") == 1
    assert "a" in HIDDEN
    assert "z" not in HIDDEN
    assert HIDDEN.get("z", 7) == 7
    assert HIDDEN.known() == {"a": 1}
    assert 2 in TRUNCATED
    assert TRUNCATED.known() == [1, 2]
    assert bool(HIDDEN)
    assert bool(TRUNCATED)
    with pytest.raises(KeyError):
        HIDDEN["z"]


def test_a_partial_list_gives_its_items_before_it_is_unknown() -> None:
    seen = []
    with pytest.raises(Unknown):
        for item in TRUNCATED:
            seen.append(item)  # noqa: PERF402 - the loop is what is tested
    assert seen == [1, 2]


def test_unknowns_merge_their_gaps_once_and_in_order() -> None:
    merged = Unknown.merged([Unknown([gap(2), gap(1)]), Unknown([gap(2)])])
    assert [each.id for each in merged.gaps] == ["g00001", "g00002"]


def test_partial_values_and_unknown_survive_pickling() -> None:
    again = pickle.loads(pickle.dumps((HIDDEN, TRUNCATED, Unknown([gap(1)]))))  # noqa: S301 - our own bytes
    assert again[0].known() == {"a": 1}
    assert again[0].hidden == HIDDEN.hidden
    assert again[1].known() == [1, 2]
    assert again[1].gaps == TRUNCATED.gaps
    assert again[2].gaps == (gap(1),)


def test_the_permission_to_grant_has_the_prefix_of_iam() -> None:
    assert gap(1, api="sso-admin:ListInstances").permission == "sso:ListInstances"
    assert gap(1).permission == "iam:ListUsers"
    assert gap(1).sentence == "iam:ListUsers answered AccessDenied"
    assert gap(1, code="", kind=GapKind.NOT_REQUESTED).sentence == "iam:ListUsers: not_requested"


def test_severities_rank_from_worst_to_least() -> None:
    assert [each.rank for each in Severity] == [0, 1, 2, 3, 4]


def test_fail_on_gap_takes_every_kind_of_gap() -> None:
    assert {each.value for each in GapOption} == {"any", *(each.value for each in GapKind)}
