"""IAM's managed policies: the customer's own, and those AWS managed ones that something in the account refers to."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from sec02_policies.collect._builder import unread
from sec02_policies.collect._iam_details import BULK, is_aws_managed, policy
from sec02_policies.collect._outcome import Failure, Record, not_requested
from sec02_policies.collect._values import GLOBAL, encoded_document
from sec02_policies.model import GapKind

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._iam_details import Details
    from sec02_policies.collect._reader import Reader

_POLICY, _VERSION, _TAGS = "iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyTags"


def add_policies(reader: Reader, builder: Builder, details: Details) -> None:
    """Add the customer managed policies, and each AWS managed one that something refers to."""
    builder.section("iam_policy", GLOBAL, BULK, details.failure)
    bounded = Counter(details.boundaries())
    for own in details.customer_policies:
        if own["permissions_boundary_usage_count"] is None and details.failure is None:
            # The answer holds every user and role with its boundary: what it does not count can be counted in it.
            own["permissions_boundary_usage_count"] = bounded[own["id"]]
        # One call per policy for tags that no policy of ours needs yet.
        del own["tags"]
        builder.add("iam_policy", own)
        builder.missing("iam_policy", GLOBAL, "tags", not_requested(_TAGS))
    given = {each["arn"]: each for each in details.aws_policies}
    wanted = {arn for arn in (*details.references(), *builder.wanted_policies) if arn and is_aws_managed(arn)}
    for arn in sorted(wanted & given.keys()):
        builder.add("iam_policy", given[arn])
    for resource in reader.each(partial(_read_policy, reader), sorted(wanted - given.keys())):
        builder.add("iam_policy", resource)


def _read_policy(reader: Reader, arn: str) -> Record:
    """An AWS managed policy that the bulk answer did not hold."""
    answer = reader.read(_POLICY, PolicyArn=arn)
    if not isinstance(answer, dict):
        failure = answer or Failure(api=_POLICY, code="IncompleteAnswer", kind=GapKind.FAILED)
        known: dict[str, Any] = {"id": arn, "name": arn.rpartition("/")[2], "arn": arn, "region": GLOBAL}
        return unread("iam_policy", failure, {**known, "tags": [], "managed_by": "aws"})
    raw = answer["Policy"]
    version = reader.read(_VERSION, PolicyArn=arn, VersionId=raw.get("DefaultVersionId"))
    if not isinstance(version, dict):
        return policy(raw, version)
    return policy(raw, encoded_document(version["PolicyVersion"].get("Document"), _VERSION))
