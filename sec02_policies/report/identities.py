"""The inventory for people and spreadsheets: table, CSV and JSON; what is not known is never shown as no."""

from __future__ import annotations

from enum import StrEnum
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sec02_policies.model import GapKind
from sec02_policies.report.csv import cell
from sec02_policies.report.text import printable
from sec02_policies.snapshot import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Identity = Mapping[str, Any]


class InventoryFormat(StrEnum):
    """The formats of an inventory."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


TITLES = {
    "iam_root": "Root user",
    "iam_user": "IAM users",
    "iam_role": "IAM roles",
    "idc_user": "Identity Center users",
    "idc_group": "Identity Center groups",
    "idc_application": "Identity Center applications",
    "idc_trusted_token_issuer": "Trusted token issuers",
    "cognito_user_pool": "Cognito user pools",
    "cognito_user_pool_client": "Cognito app clients",
    "cognito_identity_pool": "Cognito identity pools",
    "iam_saml_provider": "SAML providers",
    "iam_oidc_provider": "OIDC providers",
    "rolesanywhere_trust_anchor": "Roles Anywhere trust anchors",
    "rolesanywhere_profile": "Roles Anywhere profiles",
    "ds_directory": "Directories",
    "iam_server_certificate": "Server certificates",
    "secretsmanager_secret": "Secrets",
    "external_account": "Accounts of others",
}
_COLUMNS = (
    "type",
    "name",
    "id",
    "arn",
    "account_id",
    "region",
    "kind",
    "kind_reason",
    "privilege",
    "privilege_reason",
    "mfa",
    "exposed",
    "exposed_reason",
    "last_activity",
    "owner",
    "credentials",
    "unknown",
)


def render_inventory(
    document: Mapping[str, Any], fmt: InventoryFormat, *, width: int = 80, color: bool = False, details: bool = False
) -> bytes:
    """The inventory in that format; width, colour and details (each credential) matter to the table only."""
    if fmt is InventoryFormat.JSON:
        return canonical(dict(document)) + b"\n"
    if fmt is InventoryFormat.CSV:
        return _csv(document)
    if fmt is InventoryFormat.HTML:
        from sec02_policies.report.identities_page import render_page

        return render_page(document)
    return _table(document, width=width, color=color, details=details)


# ---------------------------------------------------------------- words


def by_type(document: Mapping[str, Any]) -> dict[str, list[Identity]]:
    """The identities by their type, in the order of the document."""
    groups: dict[str, list[Identity]] = {}
    for each in document["identities"]:
        groups.setdefault(each["type"], []).append(each)
    return groups


def shown(identity: Identity, member: str) -> str:
    """A member in a word or a date; what is not known is `?`, what there is none of is `-`."""
    found = identity[member]
    if member in identity["unknown"] or found == "unknown":
        return "?"
    if found is None:
        return "-"
    if isinstance(found, bool):
        return "yes" if found else "no"
    return str(found)[:10] if member == "last_activity" else str(found)


def credential_words(credential: Mapping[str, Any], as_of: str) -> str:
    """A credential in words: its kind and id, whether it works, its age and its last use."""
    state = {True: "active", False: "inactive", None: "state not known"}[credential["active"]]
    words = [_name(credential), state]
    if credential["created_at"] is not None:
        words.append(f"{_days(credential['created_at'], as_of)} days old")
    if credential["last_used_at"] is not None:
        words.append(f"last used {credential['last_used_at'][:10]}")
    return ", ".join(words)


def _name(credential: Mapping[str, Any]) -> str:
    """What a person calls the credential: the part of a longer id that tells it from others, or kind and id."""
    own = credential["id"].partition("#")[2].replace("/", " ", 1)
    kind = credential["kind"].replace("_", " ")
    return own if own.startswith((kind, kind.replace(" ", "-"))) else f"{kind} {own or credential['id']}"


def _days(moment: str, as_of: str) -> int:
    from datetime import datetime

    return (datetime.fromisoformat(as_of) - datetime.fromisoformat(moment)).days


def counts(document: Mapping[str, Any]) -> str:
    """How many identities there are of each kind, in words."""
    number = len(document["identities"])
    kinds = ", ".join(f"{count} {kind}" for kind, count in document["summary"].items() if count)
    return f"{number} {'identity' if number == 1 else 'identities'}{f': {kinds}' if kinds else ''}"


def unread_lines(document: Mapping[str, Any]) -> list[str]:
    """A line for each type of identities of which there may be more than are listed."""
    return [
        f"{TITLES.get(each['type'], each['type'])} in {each['region']}: {each['api']} {_outcome(each)};"
        " there may be more than are listed"
        for each in document["unread"]
    ]


def _outcome(unread: Mapping[str, Any]) -> str:
    if unread["kind"] == GapKind.NOT_REQUESTED:
        return "was not asked"
    return f"answered {unread['code'] or unread['kind']}"


# ---------------------------------------------------------------- formats


def _csv(document: Mapping[str, Any]) -> bytes:
    lines = [",".join(cell(name) for name in _COLUMNS)]
    for each in document["identities"]:
        held = "; ".join(credential_words(one, document["collected_at"]) for one in each["credentials"])
        values = {
            **{name: each[name] or "" for name in _COLUMNS if name not in ("mfa", "exposed", "credentials")},
            "mfa": _word(each["mfa"]),
            "exposed": _word(each["exposed"]),
            "credentials": held,
            "unknown": " ".join(each["unknown"]),
        }
        lines.append(",".join([cell(values[name]) for name in _COLUMNS]))
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def _word(truth: bool | None) -> str:  # noqa: FBT001 - the value to say
    return {True: "yes", False: "no", None: "unknown"}[truth]


def _table(document: Mapping[str, Any], *, width: int, color: bool, details: bool) -> bytes:
    text = StringIO()
    console = Console(
        file=text,
        width=max(width, 60),
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(
        Text(f"Account {document['account_id']}, collected {document['collected_at']}", style="bold"), soft_wrap=True
    )
    console.print(Text(counts(document)), soft_wrap=True)
    for kind, group in by_type(document).items():
        console.print()
        console.print(Text(f"{TITLES.get(kind, kind)} ({len(group)})", style="bold"))
        if not details:
            console.print(_rows(group))
            continue
        for number, each in enumerate(group):
            console.print(_rows([each], header=number == 0))
            for line in _detail_lines(each, document["collected_at"]):
                console.print(Text(f"   {printable(line)}", style="dim"), soft_wrap=True)
    _print_notes(console, document)
    return "\n".join(line.rstrip() for line in text.getvalue().split("\n")).encode("utf-8")


_STYLES = {"admin": "bold red", "escalation": "red", "secrets": "yellow", "?": "yellow"}


def _rows(group: Iterable[Identity], *, header: bool = True) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), expand=True, show_header=header)
    table.add_column(" name", ratio=5, overflow="fold")
    for title, wide in (("kind", 8), ("privilege", 10), ("MFA", 3), ("exposed", 7), ("last used", 10)):
        table.add_column(title, width=wide, no_wrap=True)
    table.add_column("owner", ratio=3, overflow="fold")
    for each in group:
        table.add_row(*_cells(each))
    return table


def _cells(identity: Identity) -> Iterator[Text]:
    yield Text(f" {printable(identity['name'])}")
    for member in ("kind", "privilege", "mfa", "exposed", "last_activity"):
        word = shown(identity, member)
        yield Text(word, style=_STYLES.get(word, "red" if member == "exposed" and word == "yes" else ""))
    yield Text(printable(shown(identity, "owner")))


def _detail_lines(identity: Identity, as_of: str) -> Iterator[str]:
    for member in ("kind_reason", "privilege_reason", "exposed_reason"):
        yield f"{member.partition('_')[0]}: {identity[member]}"
    for each in identity["credentials"]:
        yield credential_words(each, as_of)


def _print_notes(console: Console, document: Mapping[str, Any]) -> None:
    console.print()
    if any(each["unknown"] for each in document["identities"]):
        console.print(Text("? could not be read, or no API of AWS tells it; --details says why"), soft_wrap=True)
    for line in unread_lines(document):
        console.print(Text(f"Not read: {printable(line)}", style="yellow"), soft_wrap=True)
