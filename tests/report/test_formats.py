"""Every format over one small document: its golden file, its official schema or model, hostile names, same bytes."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft7Validator

from sec02_policies.errors import InputError
from sec02_policies.report import Background, Format, format_names, render
from sec02_policies.snapshot.schema import first_fault

Make = Callable[..., Any]
Document = dict[str, Any]
GOLDEN = Path(__file__).parent / "golden"
_SUFFIX = {"markdown": "md", "junit": "xml", "prometheus": "prom", "table": "txt", "github": "txt", "html": "html"}


def golden(fmt: str) -> Path:
    return GOLDEN / f"{fmt}.{_SUFFIX.get(fmt, 'csv' if fmt == 'csv' else 'json')}"


def without_assets(data: bytes) -> bytes:
    """The page without its style, its script and their digests, which are reviewed in files of their own."""
    assets = rb"(<style>).*?(?=</style>)|(<script>).*?(?=</script>)|('sha256-)[^']*"
    return re.sub(assets, rb"\1\2\3", data, flags=re.DOTALL)


@pytest.mark.parametrize("fmt", list(Format))
def test_the_small_document_looks_like_the_golden_file(fmt: Format, small: Document, background: Background) -> None:
    found = without_assets(render(small, fmt, background))
    path = golden(fmt)
    if os.environ.get("SEC02_WRITE_GOLDEN"):
        path.write_bytes(found)
    assert found.decode() == path.read_bytes().decode()


def test_the_small_document_is_valid(small: Document) -> None:
    assert first_fault("urn:sec02:schema:results", small) is None


@pytest.mark.parametrize("fmt", list(Format))
def test_nothing_at_all_can_be_rendered(fmt: Format, results: Make) -> None:
    assert isinstance(render(results(), fmt), bytes)


@pytest.mark.parametrize("fmt", list(Format))
def test_policies_that_were_not_given_are_called_by_their_id(fmt: Format, small: Document) -> None:
    assert b"iam-user-mfa" in render(small, fmt)


# Official schemas and models


def check_sarif(data: bytes) -> dict[str, Any]:
    sarif = pytest.importorskip("fluidattacks_core.sarif")
    log: dict[str, Any] = json.loads(data)
    draft = json.loads(data)
    for each in (one for run in draft["runs"] for found in run["results"] for one in found["suppressions"]):
        each["state"] = each.pop("status")  # its name in the draft that the model was made from
    sarif.SarifLog.model_validate(draft)
    return log


@pytest.fixture(scope="module")
def sarif_schema() -> Draft7Validator:
    """The schema of OASIS, which `make test` fetches."""
    path = Path(__file__).parents[2] / ".venv" / "sarif-schema-2.1.0.json"
    if not path.exists():
        pytest.skip("SARIF's schema is not there: `make test` fetches it")
    return Draft7Validator(json.loads(path.read_text()))


def test_sarif_obeys_the_official_schema(
    sarif_schema: Draft7Validator, small: Document, results: Make, result: Make, background: Background
) -> None:
    compared = Background(policies=background.policies, baseline=results(result("gone"), result("alice")))
    hostile = results(*(result(text) for text in HOSTILE))
    for document, beside in ((small, background), (small, compared), (hostile, Background())):
        sarif_schema.validate(json.loads(render(document, Format.SARIF, beside)))
    log = json.loads(render(small, Format.SARIF, background))
    log["runs"][0]["results"][0]["kind"] = "waived"
    assert not sarif_schema.is_valid(log)


def check_ocsf(data: bytes) -> list[dict[str, Any]]:
    model = pytest.importorskip("py_ocsf_models.events.findings.compliance_finding").ComplianceFinding
    events = [json.loads(line) for line in data.splitlines()]
    for event in events:
        kept = model.model_validate(event).model_dump(mode="json")
        # The model drops what it does not know; these two it lacks: the cloud profile, and the caption of status_id.
        assert set(unknown(event, kept)) <= {"/cloud", "/compliance/status"}
    return events


def unknown(given: Any, kept: Any, path: str = "") -> Iterator[str]:
    """The members that a model left out."""
    if isinstance(given, dict):
        for name, value in given.items():
            if name in kept:
                yield from unknown(value, kept[name], f"{path}/{name}")
            else:
                yield f"{path}/{name}"
    elif isinstance(given, list):
        for one, other in zip(given, kept, strict=True):
            yield from unknown(one, other, f"{path}[]")


def check_asff(data: bytes) -> list[dict[str, Any]]:
    import botocore.session
    from botocore.validate import ParamValidator

    found: list[dict[str, Any]] = json.loads(data)
    service = botocore.session.get_session().get_service_model("securityhub")
    shape = service.operation_model("BatchImportFindings").input_shape
    report = ParamValidator().validate({"Findings": found}, shape)
    assert not report.has_errors(), report.generate_report()
    for each in found:
        texts = [each["Title"], each["Description"], each["GeneratorId"], *(r["Id"] for r in each["Resources"])]
        assert all(text.strip() for text in texts)
        assert len(each["Title"]) <= 256
        assert len(each["Description"]) <= 1024
        assert each["Compliance"]["Status"] in shape_enum(shape, "Compliance", "Status")
        assert each["Workflow"]["Status"] in shape_enum(shape, "Workflow", "Status")
    return found


def shape_enum(shape: Any, *path: str) -> list[str]:
    found = shape.members["Findings"].member
    for each in path:
        found = found.members[each]
    return list(found.enum)


def check_oscal(data: bytes) -> dict[str, Any]:
    model = pytest.importorskip("trestle.oscal.assessment_results", reason="the extra `oscal` is not installed")
    document: dict[str, Any] = json.loads(data)
    model.Model.model_validate(document)
    return document


def test_sarif_is_valid_and_shows_what_needs_attention(small: Document, background: Background) -> None:
    (run,) = check_sarif(render(small, Format.SARIF, background))["runs"]
    kinds = [(each["ruleId"], each["kind"], each["level"], len(each["suppressions"])) for each in run["results"]]
    assert kinds == [
        ("iam-user-mfa", "fail", "error", 0),
        ("iam-user-mfa", "fail", "error", 1),
        ("iam-user-mfa", "open", "none", 0),
        ("own-broken", "review", "none", 0),
        ("secrets-rotated", "fail", "warning", 0),
    ]
    assert [run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] for each in run["results"]] == [
        each["ruleId"] for each in run["results"]
    ]


def test_sarif_compares_with_a_baseline(small: Document, results: Make, result: Make, background: Background) -> None:
    earlier = results(result("alice"), result("gone"), result("dave"), result("carol", status="pass", gaps=[]))
    earlier["run"]["policies"] = small["run"]["policies"]
    log = check_sarif(render(small, Format.SARIF, Background(policies=background.policies, baseline=earlier)))
    states = {each["message"]["text"].partition(":")[0]: each["baselineState"] for each in log["runs"][0]["results"]}
    assert states == {
        "alice": "unchanged",
        "bob": "new",
        "carol": "new",
        "dave": "absent",
        "erin": "new",
        "app/db": "new",
        "gone": "absent",
    }


def test_sarif_escapes_what_its_messages_mean_otherwise(results: Make, result: Make) -> None:
    (run,) = check_sarif(render(results(result("a[b](c){0}\\")), Format.SARIF))["runs"]
    assert run["results"][0]["message"]["text"].startswith("a\\[b\\](c){{0}}\\\\:")


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("policies/a b.yaml", "policies/a%20b.yaml"),
        ("C:\\own\\x.yaml", "C%3A/own/x.yaml"),
        ("/srv/x.yaml", "file:///srv/x.yaml"),
        ("é.yaml", "%C3%A9.yaml"),
    ],
)
def test_sarif_names_the_policy_file_by_its_uri(path: str, uri: str, results: Make, result: Make) -> None:
    about = dict(Background().policy("iam-user-mfa")) | {"path": path}
    log = check_sarif(render(results(result()), Format.SARIF, Background(policies={"iam-user-mfa": about})))
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == uri


def test_ocsf_is_valid_and_unknown_is_a_warning(small: Document, background: Background) -> None:
    events = check_ocsf(render(small, Format.OCSF, background))
    assert [(each["compliance"]["status_id"], each["status_id"]) for each in events] == [
        (3, 1),
        (3, 3),
        (2, 1),
        (1, 4),
        (99, 1),
        (99, 4),
        (3, 1),
    ]
    assert {each["type_uid"] for each in events} == {200301}


def test_asff_is_valid_and_unknown_is_not_available(small: Document, background: Background) -> None:
    found = check_asff(render(small, Format.ASFF, background))
    assert [(each["Compliance"]["Status"], each["Workflow"]["Status"]) for each in found] == [
        ("FAILED", "NEW"),
        ("FAILED", "SUPPRESSED"),
        ("NOT_AVAILABLE", "NEW"),
        ("PASSED", "RESOLVED"),
        ("NOT_AVAILABLE", "NEW"),
        ("NOT_AVAILABLE", "RESOLVED"),
        ("FAILED", "NEW"),
    ]
    assert found[0]["ProductArn"] == "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default"
    assert found[-1]["ProductArn"].startswith("arn:aws:securityhub:eu-west-1:")


def test_oscal_is_valid(small: Document, background: Background) -> None:
    check_oscal(render(small, Format.OSCAL, background))


def test_oscal_is_satisfied_only_where_all_that_applies_passes(small: Document, results: Make, result: Make) -> None:
    def status(document: Document) -> list[tuple[str, str]]:
        found = json.loads(render(document, Format.OSCAL))["assessment-results"]["results"][0].get("findings", [])
        return [(each["target"]["target-id"], each["target"]["status"]["reason"]) for each in found]

    assert status(small) == [("iam-user-mfa", "fail"), ("own-broken", "other"), ("secrets-rotated", "fail")]
    passing, absent = result("a", status="pass"), result("b", status="not_applicable")
    assert status(results(passing, absent)) == [("iam-user-mfa", "pass")]
    assert status(results(passing, result("b", status="unknown"))) == [("iam-user-mfa", "other")]
    assert status(results(absent)) == []


def test_oscal_refers_only_to_what_it_holds(small: Document, background: Background) -> None:
    whole = json.loads(render(small, Format.OSCAL, background))["assessment-results"]
    (found,) = whole["results"]
    ids = re.findall(r'"uuid":\s*"([^"]+)"', json.dumps(whole))
    assert len(set(ids)) == len(ids)
    items = {each["uuid"] for each in found["local-definitions"]["inventory-items"]}
    assert {each["subject-uuid"] for seen in found["observations"] for each in seen.get("subjects", [])} == items
    seen = {each["uuid"] for each in found["observations"]}
    assert {each["observation-uuid"] for one in found["findings"] for each in one["related-observations"]} <= seen
    assert whole["import-ap"]["href"] == f"#{whole['back-matter']['resources'][0]['uuid']}"


def test_junit_counts_what_it_holds(small: Document, background: Background) -> None:
    root = ET.fromstring(render(small, Format.JUNIT, background))  # noqa: S314 - our own output
    assert root.attrib == {"name": "sec02", "tests": "7", "failures": "2", "errors": "2", "skipped": "2"}
    for suite in root:
        for name, tag in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]:
            assert int(suite.attrib[name]) == len(suite.findall(f"testcase/{tag}"))
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        datetime.fromisoformat(suite.attrib["timestamp"])


def test_csv_has_one_line_per_result_with_its_header(small: Document, background: Background) -> None:
    lines = list(csv.DictReader(StringIO(render(small, Format.CSV, background).decode(), newline="")))
    assert [each["status"] for each in lines] == [each["status"] for each in small["results"]]
    assert lines[2]["unread"] == "iam:ListMFADevices AccessDenied"
    assert lines[0]["evidence"] == '{"devices":0}'


def test_jsonl_has_the_row_and_the_clock_on_each_line(small: Document) -> None:
    lines = [json.loads(line) for line in render(small, Format.JSONL).splitlines()]
    clock = {"collected_at": small["run"]["collected_at"], "evaluated_at": small["run"]["evaluated_at"]}
    assert lines == [row | clock for row in small["results"]]


def test_prometheus_is_read_by_its_own_parser(small: Document) -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    families = parser.text_string_to_metric_families(render(small, Format.PROMETHEUS).decode())
    samples = {family.name: family.samples for family in families}
    failing = [each.value for each in samples["sec02_results"] if each.labels["status"] == "fail"]
    assert sum(failing) == small["summary"]["statuses"]["fail"]
    assert samples["sec02_compliance_ratio"][0].value == pytest.approx(1 / 4)
    assert samples["sec02_collected_timestamp_seconds"][0].value == datetime.fromisoformat("2026-01-31T00Z").timestamp()
    assert {each.labels["state"]: each.value for each in samples["sec02_waivers"]} == {"active": 1, "expired": 1}


def test_github_names_file_and_line_and_the_worst_first(results: Make, result: Make, background: Background) -> None:
    rows = [result("a", severity="low"), result("b", severity="critical"), result("c", status="pass")]
    lines = render(results(*rows, result("d", waived_by="W")), Format.GITHUB, background).decode().splitlines()
    path = "file=policies/bp01-strong-sign-in/iam-user-mfa.yaml,line=15"
    assert [line.partition(",title")[0] for line in lines] == [f"::error {path}", f"::notice {path}"]


def test_table_and_markdown_say_what_changed(small: Document, results: Make, result: Make) -> None:
    earlier = results(result("alice"), result("dave"), result("carol", status="pass"))
    earlier["run"]["policies"] = small["run"]["policies"]
    background = Background(baseline=earlier, width=100)
    counts = "2 new, 1 fixed, 1 lost, 1 changed, 1 still failing"
    table = render(small, Format.TABLE, background).decode()
    assert f"Since 2026-01-31T00:00:00Z: {counts}" in table
    assert " lost  high     iam-user-mfa  carol" in table
    assert f"{counts}." in render(small, Format.MARKDOWN, background).decode()


# Hostile names, in every place where AWS or a policy may put them

HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b31m",
    "\u202eevil\u2066",
    "a\r\nb\n\n# head",
    "\x00\x08\x7f\ufffe",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]></failure><!--",
    "&lt;&amp;&#0;",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(1)",
    "\uff1d1+1",
    "\t=1",
    "  =1",
    "a | b || c",
    "`code` **bold** _it_ [x](javascript:alert(1)) ![i](http://x)",
    "| --- |",
    "http://evil.example www.evil.example ~~x~~ $x$",
    "::error file=x::owned",
    "a%0A::warning::b",
    "x,line=1,title=y",
    '{bad="label"} 1\n# TYPE x counter',
    "back\\slash\\",
    "{0} {{1}} %s %(x)s",
    "[red]x[/red] :smile:",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "n" * 3000,
    "",
    " ",
    "'; DROP TABLE x; --",
]
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@pytest.fixture
def hostile(results: Make, result: Make, waiver: Make, gap: Document) -> Make:
    """Makes a document with this text wherever text may come from outside."""

    def make(text: str) -> tuple[Document, Background]:
        evil = gap | {"code": text or "x", "api": f"iam:{text}"}
        rows = [
            result(text, status=status, message=text, evidence={"a": text}, gaps=[evil], resource_id=text or "x")
            for status in ("fail", "unknown", "error", "pass", "not_applicable")
        ]
        rows.append(result(text, message=text, waived_by="W-1", resource_id=f"{text}2"))
        lapsed = waiver(id="W-2", state="malformed", problem=text or "x", reason=text)
        return results(*rows, waivers=[waiver(reason=text), lapsed]), Background(width=100)

    return make


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("fmt", [each for each in Format if each != Format.JSON])
def test_no_format_lets_through_what_a_terminal_or_parser_would_obey(fmt: Format, text: str, hostile: Make) -> None:
    document, background = hostile(text)
    found = render(document, fmt, background).decode("utf-8")
    assert not _FORBIDDEN.search(found)
    if fmt != Format.CSV:
        assert "\r" not in found


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_keep_every_format_valid(text: str, hostile: Make) -> None:
    document, background = hostile(text)
    check_sarif(render(document, Format.SARIF, background))
    check_ocsf(render(document, Format.OCSF, background))
    check_asff(render(document, Format.ASFF, background))
    root = ET.fromstring(render(document, Format.JUNIT, background))  # noqa: S314 - our own output
    assert len(root.findall("testsuite/testcase")) == 6
    assert [json.loads(line)["message"] for line in render(document, Format.JSONL, background).splitlines()] == [
        text for _ in range(6)
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_keep_oscal_valid(text: str, hostile: Make) -> None:
    document, background = hostile(text)
    check_oscal(render(document, Format.OSCAL, background))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_the_csv_is_computed(text: str, hostile: Make) -> None:
    document, background = hostile(text)
    lines = list(csv.reader(StringIO(render(document, Format.CSV, background).decode(), newline="")))
    assert {len(line) for line in lines} == {16}
    assert len(lines) == 7
    assert not [cell for line in lines for cell in line if cell.lstrip()[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20")]


@pytest.mark.parametrize("text", HOSTILE)
def test_each_github_command_stays_one_and_keeps_its_place(text: str, hostile: Make) -> None:
    document, background = hostile(text)
    lines = render(document, Format.GITHUB, background).decode().splitlines()
    assert len(lines) == 3
    for line in lines:
        command, properties, _ = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()  # type: ignore[union-attr]
        assert command in {"error", "warning"}
        assert [each.partition("=")[0] for each in properties.split(",")] == ["file", "line", "title"]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_the_text_and_nothing_else(text: str, hostile: Make) -> None:
    from markdown_it import MarkdownIt

    document, background = hostile(text)
    parsed = (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .parse(render(document, Format.MARKDOWN, background).decode())
    )
    inline = [child for token in parsed if token.type == "inline" for child in token.children or []]
    assert {each.type for each in inline} <= {"text", "text_special", "softbreak"}
    assert [each.type for each in parsed].count("table_open") == 5
    assert {each.tag for each in parsed if each.type == "heading_open"} == {"h1", "h2"}


@pytest.mark.parametrize("text", HOSTILE)
def test_prometheus_stays_readable(text: str, hostile: Make) -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    document, background = hostile(text)
    families = list(parser.text_string_to_metric_families(render(document, Format.PROMETHEUS, background).decode()))
    assert len(families) == 9


def test_the_same_bytes_in_another_process_locale_zone_and_hash_seed(small: Document, tmp_path: Path) -> None:
    source, target = tmp_path / "results.json", tmp_path / "out"
    source.write_bytes(render(small, Format.JSON))
    program = (
        "import json, sys, pathlib\n"
        "from sec02_policies.report import Format, render\n"
        "document = json.loads(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "pathlib.Path(sys.argv[2]).write_bytes(b'\\0'.join(render(document, each) for each in Format))\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "LC_ALL": "C", "TZ": "Asia/Kathmandu", "COLUMNS": "33"}
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(source), str(target)], check=True, env=environment
    )
    assert target.read_bytes() == b"\0".join(render(small, each) for each in Format)


_STATUSES = ["pass", "fail", "unknown", "error", "not_applicable"]
_BY_CAUSE = {Format.TABLE, Format.MARKDOWN}
"""They name what could not be read by its cause, not by each resource."""


@pytest.mark.parametrize("fmt", [each for each in Format if each != Format.PROMETHEUS])
def test_no_format_loses_a_result_that_is_not_a_pass(fmt: Format, results: Make, result: Make) -> None:
    rows = [
        result(f"user-{number}-end", status=_STATUSES[number % 5], severity=["low", "critical", "info"][number % 3])
        for number in range(60)
    ]
    text = render(results(*rows), fmt, Background(width=4000)).decode()
    shown = {"fail", "error"} if fmt in _BY_CAUSE else {"fail", "error", "unknown"}
    assert [row["resource_name"] for row in rows if row["status"] in shown and row["resource_name"] not in text] == []


def test_a_long_markdown_table_says_how_many_rows_it_leaves_out(results: Make, result: Make) -> None:
    text = render(results(*(result(f"user{number}") for number in range(350))), Format.MARKDOWN).decode()
    assert "50 more are in the other formats." in text
    assert text.count("| high |") == 300


# Names of formats


def test_the_page_of_formats_has_a_row_for_each_and_its_waiver_can_be_read(root: Path) -> None:
    from sec02_policies.evaluate import Waivers

    page = (root / "docs" / "formats.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([a-z]+) \|", page, re.MULTILINE)[1 : len(Format) + 1] == list(Format)
    example = "\n".join(page[page.index("    waivers:\n") :].partition("\n\n")[0].splitlines())
    (waiver,) = Waivers.parse({"w.yaml": example.encode()}).items
    assert (waiver.id, waiver.problem) == ("W-2026-014", None)


def test_an_unknown_format_is_refused_with_the_known_ones(small: Document) -> None:
    with pytest.raises(InputError, match="pdf: no such format: one of table, json, "):
        render(small, "pdf")


def test_another_package_offers_a_format_by_entry_point(
    small: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_format.py").write_text(
        "def render(document, background):\n    return str(len(document['results'])).encode()\n"
    )
    info = tmp_path / "own_format-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-format\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[sec02_policies.formats]\nown = own_format:render\njson = own_format:render\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert format_names()[-1] == "own"
    assert render(small, "own") == b"7"
    assert render(small, "json").startswith(b"{")
