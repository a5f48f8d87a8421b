"""What is right must stay silent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sec02_policies.cel.check import CheckResult
from sec02_policies.cel.types import BOOL

Checker = Callable[..., CheckResult]

SILENT = [
    # fields, indexes, variables
    "resource.mfa",
    "resource['mfa']",
    "resource.keys[0].status == 'Active'",
    "resource.tags.team == 'x'",
    "resource.tags['team'] == 'x'",
    "'team' in resource.tags && resource.tags['team'] != ''",
    "has(resource.tags.team)",
    "has(resource.note)",
    "has(resource.mfa)",
    "resource[params.mode] == 1",
    "anything.whatever.there['is'][0] == 'x'",
    "anything + 1 == 2 && anything == 'text'",
    "params.limit > 3",
    "'name' in resource",
    "size(resource) > 3",
    # operators
    "resource.age + 1 < params.limit * 2 - 3 % 2",
    "-resource.age < 0 && !resource.mfa",
    "resource.score > 1.5",
    "resource.age < 1.5",
    "double(resource.age) == resource.score",
    "resource.name + 'x' != params.mode",
    "resource.keys + resource.keys == resource.keys",
    "resource.name in params.names",
    "resource.name in ['a', 'b']",
    "resource.name in []",
    "[] == params.names",
    "params.names == []",
    "[1, 'a', null].size() == 3",
    "{'a': 1, 'b': 'x'}.size() == 2",
    "1 in [1, 2] || 'a' in {'a': 1}",
    "type(resource.age) == int && type(now) != google.protobuf.Timestamp",
    "resource.mfa ? resource.age : 3",
    "resource.mfa ? resource.arn : 'none'",
    "resource.mfa ? null : resource.arn",
    "dyn(1) == 'a'",
    "true ? dyn(1) : 'a'",
    # times
    "now - timestamp(resource.create_date) < duration('24h')",
    "timestamp(resource.create_date) < now",
    "timestamp(resource.create_date) < timestamp('2026-01-01T00:00:00Z')",
    "timestamp(resource.create_date).getFullYear() == 2026",
    "now - days(params.limit) > timestamp(resource.create_date)",
    "resource.create_date + ''",
    "resource.create_date.startsWith('2026')",
    "resource.keys[0].last_used_date == null",
    "resource.create_date == anything",
    # enumerations
    "resource.keys[0].status in ['Active', 'Inactive']",
    "'Active' != resource.keys[0].status",
    "params.mode == 'strict'",
    "'human' in resource.kinds",
    "resource.kinds.exists(k, k == 'machine')",
    "resource.keys[0].status + 'x' == 'Other'",
    "resource.keys[0].status == params.mode",
    # functions
    "resource.name.startsWith('a') && size(resource.name) == resource.name.size()",
    "glob('a*', resource.name)",
    "all_names().exists(n, n == resource.name)",
    "label(resource.arn) == 'x' && label(null) == 'x'",
    "tag(resource.tags, 'team') == 'x'",
    "snapshot.get('iam_role', 'x').path == '/'",
    "snapshot.get(params.mode, 'x').whatever == '/'",
    "string(resource.age) + string(resource.mfa) + string(now)",
    "math.greatest(1, resource.age) > 2",
    "math.greatest(1, 2.5, resource.age) > 2",
    "params.names.join(',') == 'a,b'",
    "'%s'.format([resource.name]) == ''",
    "sets.contains(params.names, ['a'])",
    "cidr('10.0.0.0/8').containsIP(ip('10.1.1.1'))",
    # macros
    "resource.keys.all(k, k.status == 'Active')",
    "resource.keys.exists(k, resource.keys.exists_one(j, k.id == j.id))",
    "resource.keys.filter(k, k.status == 'Active').size() < 2",
    "resource.keys.map(k, k.status)[0] == 'Active'",
    "resource.keys.map(k, k.status == 'Active', k.id).all(i, i != '')",
    "resource.tags.all(key, key != 'x')",
    "resource.tags.all(key, value, key != value)",
    "resource.keys.all(i, k, i < 3 && k.id != '')",
    "resource.keys.transformMap(i, k, k.id)[0] == 'x'",
    "resource.all(name, name != 'x')",
    "anything.all(x, x.y > 3)",
    "cel.bind(n, resource.age, n + n > 3)",
    "resource.keys.sortBy(k, k.id)[0].id == 'x'",
    "[1, 2].exists(resource, resource > 1)",
    # null that needs no guard
    "resource.arn == null",
    "resource.arn == 'x'",
    "resource.arn != resource.name",
    "resource.arn in ['a', 'b']",
    "resource.arn in params.names",
    "[resource.arn, resource.name].size() == 2",
    "{'a': resource.arn}['a'] == 'x'",
    "dyn(resource.arn) == 1",
    "type(resource.arn) == string",
    "resource.policy == null",
    # optional values
    "resource.?note.orValue('') == ''",
    "resource.?note.hasValue()",
    "resource.?login.at.orValue('') == ''",
    "resource.?login.region.orValue('') == ''",
    "resource.?note.optMap(n, n + 'x').orValue('') == 'x'",
    "resource.?note.optFlatMap(n, optional.of(n)).orValue('') == 'x'",
    "[?resource.?note, 'a'] == ['a']",
    "{?'a': resource.?note}.size() == 0",
    "resource.keys[?0].hasValue()",
    "optional.none().orValue(3) == 3",
]


@pytest.mark.parametrize("source", SILENT)
def test_what_is_right_stays_silent(source: str, result: Checker) -> None:
    assert result(source).findings == ()


GUARDED = [
    # absent members
    "has(resource.note) && resource.note == 'x'",
    "!has(resource.note) || resource.note == 'x'",
    "has(resource.note) ? resource.note == 'x' : true",
    "!has(resource.note) ? true : resource.note == 'x'",
    "resource.mfa && has(resource.note) && resource.age > 3 && resource.note == 'x'",
    "(resource.mfa && has(resource.note)) && resource.note == 'x'",
    "!(!has(resource.note)) && resource.note == 'x'",
    "!(resource.mfa || !has(resource.note)) && resource.note == 'x'",
    "has(resource.login) && has(resource.login.region) && resource.login.region == 'x'",
    "'note' in resource && resource.note == 'x'",
    "has(resource.note) && resource['note'] == 'x'",
    "has(resource.note) == true && resource.note == 'x'",
    "has(resource.note) == false || resource.note == 'x'",
    "has(resource.note) != false && resource.note == 'x'",
    "(has(resource.note) ? resource.mfa : false) && resource.note == 'x'",
    "(has(resource.note) || has(resource.note)) && resource.note == 'x'",
    "resource.keys.all(k, !has(k.label) || k.label == 'x')",
    "resource.keys.filter(k, has(k.label)).all(k, k.label == 'x')",
    "resource.keys.map(k, has(k.label), k.label)[0] == 'x'",
    "has(resource.open) && resource.open.anything > 3",
    # null
    "resource.keys.filter(k, has(k.owner) && k.owner != null && k.owner.team != null).all(k, k.owner.team != '')",
    "resource.keys.filter(k, has(k.owner) && k.owner != null && k.owner.team != null).all(k, k.owner.team.size() > 3)",
    "resource.policy != null && resource.policy == {}",
    "cel.bind(ok, resource.mfa, ok && resource.arn != null) && resource.arn.startsWith('x')",
    "resource.arn != null && resource.arn.startsWith('x')",
    "null != resource.arn && resource.arn.startsWith('x')",
    "resource.arn == null || resource.arn.startsWith('x')",
    "resource.arn == null ? false : resource.arn.startsWith('x')",
    "!(resource.arn == null) && resource.arn.startsWith('x')",
    "resource.arn == 'x' && resource.arn.startsWith('x')",
    "resource.arn in ['x', 'y'] && resource.arn.startsWith('x')",
    "resource.arn != null && resource.arn != null",
    "resource.arn != null && (resource.arn == null || resource.arn.size() > 3)",
    "resource.arn != null && resource['arn'].startsWith('x')",
    "resource.enabled != null && resource.enabled",
    "resource.enabled == true && resource.mfa",
    "resource.policy != null && resource.policy.version == null",
    "resource.policy != null && resource.policy.statements.exists(s, s == 'x')",
    "resource.policy != null && resource.policy.version != null && resource.policy.version.size() > 3",
    "resource.policy != null && resource.keys.all(k, k.id in resource.policy.statements)",
    "resource.keys[0].uses != null && resource.keys[0].uses > 3",
    "resource.keys.all(k, k.last_used_date == null || timestamp(k.last_used_date) < now)",
    "resource.keys.exists(k, k.uses != null && k.uses > 3)",
    "resource.keys.filter(k, k.uses != null).all(k, k.uses > 3)",
    "resource.keys.filter(k, k.uses != null).all(k, k.uses != null && k.uses > 3)",
    "resource.keys.map(k, k.uses != null, k.uses)[0] > 3",
    "resource.keys.all(k, k.uses == null || resource.keys.all(j, j.uses == null || j.uses < k.uses))",
    "resource.keys.all(i, k, k.uses == null || k.uses > i)",
    "cel.bind(a, resource.arn, a != null && a.startsWith('x'))",
    "cel.bind(a, resource.arn, a != null && resource.arn.startsWith('x'))",
    "cel.bind(ok, resource.arn != null, resource.arn != null && ok && resource.arn.size() > 0)",
    "tag(resource.tags, 'a') != null && tag(resource.tags, 'a').startsWith('x')",
    "variables.last != null && variables.last > 3",
    "variables.last == null || variables.last > 3",
    "resource.mfa && (resource.arn != null ? resource.arn.size() > 3 : false)",
    "resource.arn != null ? resource.arn + 'x' : ''",
    # both, on a member that may be absent and may be null
    "has(resource.boundary) && resource.boundary != null && resource.boundary.size() > 3",
    "has(resource.boundary) && (resource.boundary == null || resource.boundary.size() > 3)",
]


@pytest.mark.parametrize("source", GUARDED)
def test_a_guard_is_understood(source: str, result: Checker) -> None:
    assert result(source, expected=BOOL if "+ 'x' :" not in source else None).findings == ()
