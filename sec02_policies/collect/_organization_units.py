"""Where the accounts of an organization hang: the organizational units above each, up to the root."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Record
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sec02_policies.collect._reader import Reader

PARENTS = "organizations:ListParents"
# How the ids of roots and units begin: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Parent.html
_ROOT, _UNIT = "r-", "ou-"

Places = dict[str, list[str] | Failure]


def places(reader: Reader, accounts: Iterable[Record]) -> Places:
    """The ids of all that is above each account, by account id, nearest first and the root last.

    AWS names the path beside the account; where it does not, each account and each unit is asked for its parent.
    """
    found: Places = {}
    silent: list[str] = []
    for account in (each for each in accounts if each.get("Id")):
        path = _of_paths(account.get("Paths") or ())
        if path is None:
            silent.append(account["Id"])
        else:
            found[account["Id"]] = path
    known = dict(zip(silent, reader.each(partial(_parent, reader), silent), strict=True))
    for account_id in silent:
        found[account_id] = _climb(reader, account_id, known)
    return found


def _of_paths(paths: Sequence[str]) -> list[str] | None:
    """What an entity path such as o-abc/r-1/ou-1-2/123456789012/ names between the organization and the account."""
    parts = chain.from_iterable(reversed(path.split("/")) for path in paths)
    above = list(dict.fromkeys(part for part in parts if part.startswith((_ROOT, _UNIT))))
    return above if above and above[-1].startswith(_ROOT) else None


def _parent(reader: Reader, child: str) -> str | Failure:
    """The id of the one parent of an account or a unit."""
    answer = reader.pages(PARENTS, ChildId=child)
    parent = next((each.get("Id") for each in answer.items()), None)
    if parent:
        return str(parent)
    return answer.failure or Failure(api=PARENTS, code="NoParent", kind=GapKind.FAILED)


def _climb(reader: Reader, child: str, known: dict[str, str | Failure]) -> list[str] | Failure:
    """All above the child; `known` holds the parents that were asked for, and grows."""
    above: list[str] = []
    while not child.startswith(_ROOT):
        if child not in known:
            known[child] = _parent(reader, child)
        parent = known[child]
        if isinstance(parent, Failure):
            return parent
        if parent in above:
            return Failure(api=PARENTS, code="CircularParents", kind=GapKind.FAILED)
        above.append(parent)
        child = parent
    return above
