"""The HTML report: what it says in its parts, that nothing in it is obeyed, and that it asks nothing of the network."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from sec02_policies.report import Background, Format, render
from sec02_policies.report.page.ages import ages
from sec02_policies.report.page.assets import asset

Make = Callable[..., Any]
Document = dict[str, Any]
USER = "arn:aws:iam::111122223333:user/"


class Page(HTMLParser):
    """The elements of a page with their attributes, the text outside scripts and styles, and each script."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.text = ""
        self._in = ""
        self.feed(data.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.text += " "
        self._in = tag if tag in ("script", "style") else ""

    def handle_endtag(self, _: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "script":
            self.scripts.append(data)
        elif self._in == "style":
            self.styles.append(data)
        else:
            self.text += data

    @property
    def data(self) -> Document:
        """What the table is made of."""
        found: Document = json.loads(self.scripts[0])
        return found

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


def identity(name: str, **members: Any) -> Document:
    key = {"kind": "access_key", "id": f"AKIA{name}", "active": True, "created_at": "2025-12-31T00:00:00Z"}
    return {
        "id": f"{USER}{name}",
        "name": name,
        "arn": f"{USER}{name}",
        "account_id": "111122223333",
        "region": "global",
        "type": "iam_user",
        "kind": "human",
        "kind_reason": "has a password",
        "credentials": [key | {"last_used_at": None}],
        "mfa": False,
        "last_activity": None,
        "privilege": "admin",
        "privilege_reason": "an administrator",
        "exposed": False,
        "exposed_reason": "",
        "owner": None,
        "parts": [],
        "unknown": [],
    } | members


@pytest.fixture
def inventory() -> Document:
    """Four identities: two people, a machine with an inactive key, and one of which little could be read."""
    inactive = [identity("x")["credentials"][0] | {"active": False}]
    unread = [identity("x")["credentials"][0] | {"created_at": None}]
    hidden = {"kind": "unknown", "mfa": None, "privilege": "unknown", "exposed": None, "unknown": ["mfa", "exposed"]}
    return {
        "schema_version": "1",
        "collected_at": "2026-01-31T00:00:00Z",
        "account_id": "111122223333",
        "organization_id": None,
        "accounts": [{"account_id": "111122223333", "name": None, "ou_path": None}],
        "identities": [
            identity("alice"),
            identity("bob", privilege="limited", mfa=True, owner="desk"),
            identity("ci", kind="machine", credentials=inactive),
            identity("odd", credentials=unread, **hidden),
        ],
        "summary": {"human": 2, "machine": 1, "both": 0, "external": 0, "unknown": 1},
        "unread": [
            {
                "type": "iam_role",
                "account_id": "111122223333",
                "region": "global",
                "api": "iam:ListRoles",
                "code": "AccessDenied",
                "kind": "denied",
            }
        ],
    }


@pytest.fixture
def whole(small: Document, background: Background, inventory: Document, results: Make, result: Make) -> Page:
    """The small document with all that a page can have beside it."""
    earlier = results(result("alice", status="pass"), result("dave"), result("carol", status="pass"))
    earlier["run"]["policies"] = small["run"]["policies"]
    everything = Background(policies=background.policies, baseline=earlier, inventory=inventory)
    return Page(render(small, Format.HTML, everything))


def test_the_page_has_its_parts_in_order(whole: Page) -> None:
    parts = [attributes["id"] for tag, attributes in whole.elements if tag == "section"]
    assert parts == ["judged", "maturity", "map", "risks", "identities", "drift", "results"]


def test_the_page_says_what_was_judged_and_what_could_not_be(whole: Page) -> None:
    assert "Account 111122223333, as it was on 2026-01-31 00:00 UTC" in whole.words
    assert "Compliance 25 % 1 of 4 judged results pass Assurance 66 % 4 of 6 results that apply" in whole.words
    assert "iam:ListMFADevices was refused (AccessDenied): 1 result unknown in IAM." in whole.words
    assert "Grant iam:ListMFADevices to the principal that collects." in whole.words
    assert "W-0 for iam-user-mfa: expired after 2026-01-01" in whole.words
    assert "own-broken on erin: own-broken.yaml: division by zero" in whole.words


def test_the_heat_map_says_its_numbers_in_words(whole: Page) -> None:
    assert "IAM 2 of 3 fail 2 unknown nothing to check Secrets Manager nothing to check 1 of 1 fail" in whole.words
    assert "#practice=SEC02-BP03&service=Secrets%20Manager" in [each.get("href") for _, each in whole.elements]


def test_the_worst_risks_come_first_with_what_to_do(whole: Page) -> None:
    risks = whole.words.partition("What to fix first")[2].partition("People, machines")[0]
    assert risks.index("Users have MFA") < risks.index("Secrets are rotated")
    assert "Add a device. AWS CLI Copy AWS CLI aws iam enable-mfa-device" in risks
    assert "bob" not in risks  # waived


def test_people_and_machines_are_counted_and_what_is_hidden_is_not_a_no(whole: Page) -> None:
    found = whole.words.partition("Who is human and who is machine")[2]
    assert "People 2 1 1 0 1 Machines 1 1 n/a 0 1 Not told 1 0 +1? 0 +1? 0 +1? 1" in found


def test_the_ages_of_keys_are_drawn_with_the_limit_of_the_run(inventory: Document, small: Document) -> None:
    run = small["run"] | {"policies": [{"id": "iam-access-key-rotated", "sha256": "", "params": {"max_age_days": 31}}]}
    found = ages(inventory, run)
    assert [(bar["days"], bar["count"]) for bar in found["bars"]][:3] == [
        ("0\u201329", 0),
        ("30\u201330", 0),
        ("31\u201359", 2),
    ]
    assert {name: found[name] for name in ("active", "old", "inactive", "undated")} == {
        "active": 2,
        "old": 2,
        "inactive": 1,
        "undated": 1,
    }
    assert ages(inventory, small["run"])["line"] is None


def test_other_credentials_are_counted_with_the_oldest(inventory: Document, small: Document) -> None:
    password = {"kind": "password", "id": "p", "active": True, "last_used_at": None}
    inventory["identities"][0]["credentials"] = [
        password | {"created_at": None},
        password | {"created_at": "2026-01-01T00:00:00Z"},
        password | {"created_at": "2020-01-01T00:00:00Z", "active": False},
    ]
    assert ages(inventory, small["run"])["others"] == [{"title": "passwords", "count": 2, "oldest": 30, "undated": 1}]


def test_snippets_keep_their_lines(small: Document, background: Background) -> None:
    about = dict(background.policy("iam-user-mfa"))
    snippet = 'resource "x" "y" {\n  a = "\u202e"\n}'
    about |= {"remediation": {"text": "Do.", "cli": None, "terraform": snippet}}
    page = render(small, Format.HTML, Background(policies={"iam-user-mfa": about})).decode()
    assert "<code>resource &#34;x&#34; &#34;y&#34; {\n  a = &#34;\\u202e&#34;\n}</code>" in page


def test_drift_counts_new_fixed_and_lost(whole: Page) -> None:
    found = whole.words.partition("Drift since the last snapshot")[2].partition("All results")[0]
    assert "3 new: fail now and did not 1 fixed" in found
    assert "1 lost to unknown" in found
    assert "high carol: Could not be read" in found


def test_a_page_of_results_alone_says_what_it_lacks_and_how_to_get_it(small: Document) -> None:
    page = Page(render(small, Format.HTML))
    assert "sec02 report RESULTS --snapshot SNAPSHOT --format html=FILE" in page.words
    assert "--baseline EARLIER.json" in page.words
    assert "iam-user-mfa" in page.words


def test_waived_results_are_seen_to_be_waived(whole: Page) -> None:
    assert "1 fail, waived for a time" in whole.words
    assert whole.data["waivers"][0]["reason"] == "The vendor's appliance cannot assume a role yet"
    assert list(whole.data["rows"]["waived"]) == ["1"]


def test_the_table_holds_every_result(whole: Page, small: Document) -> None:
    rows = whole.data["rows"]
    assert rows["statuses"] == "".join(row["status"][0] for row in small["results"])
    assert rows["fingerprints"] == "".join(row["fingerprint"] for row in small["results"])
    assert rows["scores"][1] is None  # waived
    assert rows["scores"][0] > 0


# Nothing is obeyed, nothing is loaded


def test_the_page_allows_its_own_style_and_script_and_nothing_else(whole: Page) -> None:
    (policy,) = [
        each["content"] for tag, each in whole.elements if tag == "meta" and "http-equiv" in each and each["content"]
    ]
    digests = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in (whole.styles[0], whole.scripts[1])
    ]
    assert policy == (
        f"default-src 'none'; style-src {digests[0]}; script-src {digests[1]}; base-uri 'none'; form-action 'none'"
    )
    assert len(whole.styles) == 1
    assert len(whole.scripts) == 2


def test_the_page_loads_nothing(whole: Page) -> None:
    assert not {"link", "img", "iframe", "object", "embed", "base", "source", "video"} & {
        tag for tag, _ in whole.elements
    }
    assert {name for _, each in whole.elements for name in each} & {
        "src",
        "srcset",
        "action",
        "data",
        "poster",
    } == set()
    assert "url(" not in whole.styles[0]
    assert "@import" not in whole.styles[0]


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "'onfocus='alert(1)'",
    "\u202egnp.exe",
    "\u2028\u2029",
    "\x01\x00",
    "&lt;b&gt;&#0;",
    "",
]


def evil(text: str, small: Document, inventory: Document) -> tuple[Document, Background]:
    """The small document with this text wherever a text may come from outside."""

    def replaced(value: Any, name: str = "") -> Any:
        kept = {"status", "severity", "kind", "collected_at", "evaluated_at", "fingerprint", "created_at", "privilege"}
        if isinstance(value, dict):
            return {key: replaced(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [replaced(each, name) for each in value]
        return text if isinstance(value, str) and name not in kept else value

    document = replaced(small) | {"summary": small["summary"]}
    about = {
        "title": text,
        "maturity": 1,
        "control": text,
        "identity": "human",
        "frameworks": {text: [text]},
        "rationale": text,
        "remediation": {"text": text, "cli": text, "terraform": text},
        "references": [text, f"https://x/{text}", "javascript:alert(1)"],
        "when": text,
        "condition": text,
        "path": text,
        "line": 1,
    }
    return document, Background(policies={text: about}, baseline=document, inventory=replaced(inventory))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field_stays_text(text: str, small: Document, inventory: Document) -> None:
    document, background = evil(text, small, inventory)
    page = Page(render(document, Format.HTML, background))
    assert len(page.scripts) == 2
    assert page.scripts[1] == asset("page.js")
    assert {tag for tag, _ in page.elements} <= template_tags()
    attributes = {name for _, each in page.elements for name in each}
    assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert {str(each["href"])[:1] for _, each in page.elements if "href" in each} == {"#"}
    assert [each for policy in page.data["policies"] for each in policy["references"] if each[:8] != "https://"] == []
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", page.text + str(page.data))


def template_tags() -> set[str]:
    return set(re.findall(r"<([a-z][a-z0-9]*)", asset("page.html")))


def test_the_template_quotes_its_attributes_and_trusts_only_constants() -> None:
    template = asset("page.html")
    assert "|safe" not in template.replace(" ", "")
    assert not re.search(r"\{%-?\s*autoescape|Markup", template)
    assert re.findall(r"<(?:script|style)[^>]*>(.*?)</", template) == ["{{ style }}", "{{ data }}", "{{ script }}"]
    plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "X", template, flags=re.DOTALL)
    for tag in re.findall(r"<[a-z][^>]*>", plain):
        assert not re.search(r'=(?!")', re.sub(r'"[^"]*"', '""', tag)), tag
        assert not re.search(r"\s(on\w+|style|src)=", tag), tag
    assert {each[0] for each in re.findall(r'href="(.)', plain)} == {"#"}
    assert not re.search(r"https?:", template)


def test_style_and_script_name_no_address_and_make_no_markup() -> None:
    script = asset("page.js")
    assert re.findall(r"https?:/*[^\"']*", script + asset("page.css")) == ["https://"]
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|fetch\(|XMLHttp|import\(", script
    )


# The same bytes, and not too many


def test_the_same_page_in_another_process(
    small: Document, background: Background, inventory: Document, tmp_path: Path
) -> None:
    source, target = tmp_path / "in.json", tmp_path / "out.html"
    source.write_text(json.dumps([small, dict(background.policies), inventory]))
    program = (
        "import json, sys, pathlib\n"
        "from sec02_policies.report import Background, render\n"
        "document, policies, inventory = json.loads(pathlib.Path(sys.argv[1]).read_text())\n"
        "given = Background(policies=policies, inventory=inventory, baseline=document)\n"
        "pathlib.Path(sys.argv[2]).write_bytes(render(document, 'html', given))\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "99", "LC_ALL": "C", "TZ": "Pacific/Apia"}
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(source), str(target)], check=True, env=environment
    )
    given = Background(policies=background.policies, inventory=inventory, baseline=small)
    assert target.read_bytes() == render(small, Format.HTML, given)


def test_20_000_results_are_less_than_5_megabytes(root: Path) -> None:
    spec = spec_from_file_location("report_benchmark", root / "benchmarks" / "report.py")
    assert spec is not None
    assert spec.loader is not None
    benchmark = module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    document, background = benchmark.document_of(20_000)
    assert len(document["results"]) == 20_000
    assert len(render(document, Format.HTML, background)) < 5_000_000
