from __future__ import annotations

from typing import Any

import pytest

from sec02_policies.catalog import PolicySet
from sec02_policies.errors import InputError


def policies(text: str) -> PolicySet:
    """Four policies: one of each set, and a second of core on another level, control framework and best practice."""
    files = {}
    for name, kind, maturity, best_practice, frameworks in (
        ("iam-user-named", "core", 1, "SEC02-BP06", "{cis_aws_6.0: ['2.4'], soc2: [cc_6_1]}"),
        ("iam-user-other", "core", 3, "SEC02-BP01", "{cis_aws_6.0: ['2.13']}"),
        ("iam-user-third", "extended", 2, "SEC02-BP01", "{}"),
        ("lambda-secret-free", "tier2", 2, "SEC02-BP03", "{soc2: [cc_6_7]}"),
    ):
        own = text.replace("iam-user-named", name).replace("set: core", f"set: {kind}")
        own = own.replace("maturity: 1", f"maturity: {maturity}").replace("SEC02-BP06", best_practice)
        files[f"{name}.yaml"] = (own + f"frameworks: {frameworks}\n").encode()
    return PolicySet.parse(files)


def packaged_like(text: str) -> PolicySet:
    from dataclasses import replace

    from sec02_policies.catalog import DEFAULT_SETS

    return replace(policies(text), default_sets=DEFAULT_SETS)


def ids(chosen: PolicySet) -> list[str]:
    return [policy.id.split("-")[-1] for policy in chosen]


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ({}, ["named", "other", "third"]),
        ({"sets": ["core"]}, ["named", "other"]),
        ({"sets": ["extended", "tier2"]}, ["third", "free"]),
        ({"sets": ["all"]}, ["named", "other", "third", "free"]),
        ({"sets": []}, ["named", "other", "third", "free"]),
        ({"levels": [2]}, ["third"]),
        ({"levels": [2], "sets": ["all"]}, ["third", "free"]),
        ({"levels": [1, 3]}, ["named", "other"]),
        ({"levels": [4]}, []),
        ({"frameworks": ["cis_aws_6.0"]}, ["named", "other"]),
        ({"frameworks": ["cis_aws_6.0:2.4"]}, ["named"]),
        ({"frameworks": ["cis_aws_6.0:2.1*"]}, ["other"]),
        ({"frameworks": ["soc2"], "sets": ["all"]}, ["named", "free"]),
        ({"frameworks": ["cis_*", "soc2:cc_6_7"], "sets": ["all"]}, ["named", "other", "free"]),
        ({"best_practices": ["SEC02-BP01"]}, ["other", "third"]),
        ({"best_practices": ["bp06", "BP01"]}, ["named", "other", "third"]),
        ({"best_practices": ["BP01"], "levels": [3]}, ["other"]),
        ({"patterns": ["iam-*"], "levels": [1], "frameworks": ["soc2"]}, ["named"]),
        ({"patterns": ["iam-*"], "ignore": ["SEC02-BP01"]}, ["named"]),
    ],
)
def test_what_is_asked_for_must_all_hold(policy_text: str, asked: dict[str, Any], chosen: list[str]) -> None:
    assert ids(packaged_like(policy_text).select(**asked)) == chosen


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ({"patterns": ["lambda-secret-free"]}, ["free"]),
        ({"patterns": ["lambda-*"]}, ["free"]),
        ({"patterns": ["SEC02-BP03"]}, []),
        ({"best_practices": ["BP03"]}, []),
        ({"patterns": ["lambda-*"], "sets": ["core"]}, []),
        ({"patterns": ["lambda-*", "SEC02-BP06"]}, ["named", "free"]),
    ],
)
def test_an_id_chooses_from_every_set_unless_a_set_is_asked_for(
    policy_text: str, asked: dict[str, Any], chosen: list[str]
) -> None:
    assert ids(packaged_like(policy_text).select(**asked)) == chosen


def test_of_a_users_own_policies_every_set_is_the_default(policy_text: str) -> None:
    assert ids(policies(policy_text).select()) == ["named", "other", "third", "free"]
    assert ids(policies(policy_text).select(sets=["core"])) == ["named", "other"]


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"sets": ["tier3"]}, "tier3: no set: one of core, extended, tier2, all"),
        ({"levels": [5]}, "5: no level: one of 1, 2, 3, 4"),
        ({"best_practices": ["bp07"]}, "SEC02-BP07: no best practice: one of SEC02-BP01, "),
        ({"frameworks": ["cis"]}, "cis: no framework of these policies: one of cis_aws_6.0, soc2"),
        ({"frameworks": ["soc2:9"]}, "soc2:9: maps to no policy: one of cc_6_1, cc_6_7"),
    ],
)
def test_what_could_never_choose_anything_is_refused(policy_text: str, asked: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError) as caught:
        packaged_like(policy_text).select(**asked)
    assert str(caught.value).startswith(line)


def test_of_the_packaged_policies_core_and_extended_judge() -> None:
    everything = PolicySet.packaged()
    assert everything.default_sets == ("core", "extended")
    assert {policy.set for policy in everything.select()} == {"core", "extended"}
    assert len(everything.select(sets=["all"])) == len(everything)
