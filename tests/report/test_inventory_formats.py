"""The inventory's formats: their golden files, hostile names, and what is not known is never shown as no."""

from __future__ import annotations

import csv
import json
import os
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from test_formats import HOSTILE

from sec02_policies import Snapshot
from sec02_policies.inventory import inventory
from sec02_policies.report.identities import InventoryFormat, render_inventory
from sec02_policies.report.page.assets import asset
from sec02_policies.resources import packaged
from sec02_policies.testing import build_document, example

GOLDEN = Path(__file__).parent / "golden"
SUFFIX = {"table": "txt", "json": "json", "csv": "csv", "html": "html"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def small() -> dict[str, Any]:
    """The inventory of a person without MFA, of a program whose credentials are hidden, and of a foreign account."""
    key = {"id": "AKIAEXAMPLE000000001", "status": "Active"}
    owner = [{"key": "owner", "value": "red"}]
    alice = example("iam_user", {"name": "alice", "mfa_devices": [], "groups": [], "access_keys": [key], "tags": owner})
    bot = example(
        "iam_user",
        {"name": "bot", "groups": [], "password_enabled": False, "access_keys": [key | {"id": "AKIAEXAMPLE000000002"}]},
    )
    del bot["mfa_devices"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}}
        ],
    }
    resources = {
        "iam_account": [example("iam_account")],
        "iam_root": [example("iam_root")],
        "iam_user": [alice, bot],
        "iam_role": [example("iam_role", {"name": "vendor", "trust_policy": trust})],
    }
    document = build_document(resources)
    place = {"account_id": bot["account_id"], "region": "global", "code": "AccessDenied", "kind": "denied"}
    document["gaps"] = [
        {
            **place,
            "id": "g1",
            "collection": "iam_user",
            "resource_id": bot["id"],
            "field": "mfa_devices",
            "api": "iam:ListMFADevices",
        },
        {
            **place,
            "id": "g2",
            "collection": "secretsmanager_secret",
            "resource_id": None,
            "field": None,
            "api": "secretsmanager:ListSecrets",
        },
    ]
    return inventory(Snapshot(document)) | {"snapshot_sha256": "0" * 64}


def hostile(text: str) -> dict[str, Any]:
    """An inventory with the text wherever an account may put it."""
    tags = [{"key": "owner", "value": text or "x"}]
    user = example("iam_user", {"tags": tags, "groups": []})
    user["name"] = text
    secret = example("secretsmanager_secret", {"tags": tags})
    secret["name"] = text
    return inventory(
        Snapshot(
            build_document(
                {"iam_account": [example("iam_account")], "iam_user": [user], "secretsmanager_secret": [secret]}
            )
        )
    )


@pytest.mark.parametrize("fmt", list(InventoryFormat))
def test_the_small_inventory_looks_like_the_golden_file(fmt: InventoryFormat) -> None:
    found = render_inventory(small(), fmt)
    found = found.replace(asset("page.css").encode() + asset("listing.css").encode(), b"/* style */")
    found = re.sub(rb"sha256-[A-Za-z0-9+/=]{44}", b"sha256-STYLE", found)
    path = GOLDEN / f"inventory.{SUFFIX[fmt]}"
    if os.environ.get("SEC02_WRITE_GOLDEN"):
        path.write_bytes(found)
    assert found.decode() == path.read_bytes().decode()


def test_the_table_has_no_more_than_80_columns_and_no_colour() -> None:
    for name in ("demo.json", "partial.json"):
        document = inventory(Snapshot.loads(packaged("snapshots").joinpath(name).read_bytes()))
        lines = render_inventory(document, InventoryFormat.TABLE, width=80).decode().split("\n")
        assert "\x1b" not in "".join(lines)
        assert not [line for line in lines if len(line) > 80 and not line.startswith("Not read: ")]


def test_what_is_not_known_is_not_shown_as_no() -> None:
    lines = render_inventory(small(), InventoryFormat.TABLE).decode().split("\n")
    (bot,) = (line for line in lines if line.startswith(" bot "))
    assert bot.split()[1:5] == ["?", "none", "?", "yes"]
    rows = csv.DictReader(StringIO(render_inventory(small(), InventoryFormat.CSV).decode(), newline=""))
    found = {row["name"]: row for row in rows}
    assert (found["bot"]["mfa"], found["bot"]["kind"], found["bot"]["unknown"]) == ("unknown", "unknown", "kind mfa")
    assert (found["alice"]["mfa"], found["alice"]["exposed"]) == ("no", "yes")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_do_nothing(text: str) -> None:
    document = hostile(text)
    for fmt in (InventoryFormat.TABLE, InventoryFormat.CSV, InventoryFormat.HTML):
        assert _FORBIDDEN.search(render_inventory(document, fmt, details=True).decode()) is None, fmt
    assert json.loads(render_inventory(document, InventoryFormat.JSON)) == document
    for row in csv.reader(StringIO(render_inventory(document, InventoryFormat.CSV).decode(), newline="")):
        assert len(row) == 17
        assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))]
    Page().feed(render_inventory(document, InventoryFormat.HTML).decode())


class Page(HTMLParser):
    """Refuses every element and attribute that the template does not have."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "img", "iframe", "object", "form", "base"), tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in ("src", "style")
            assert name != "href" or (value or "").startswith("#")
