"""Which services the people and machines of Example Corp asked, and when, as IAM tells of each user and role.

moto lacks the operations. The answers follow from the policies that the company is built with: IAM lists what they
grant. Who may do everything uses a small part of it, as in life.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.demo.site import Example

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sec02_policies.demo.site import Site

Record = dict[str, Any]

# What stands for all services of AWS, and what of it administrators use.
_ALL = frozenset({"bedrock", "ec2", "iam", "kms", "s3", "sagemaker", "secretsmanager", "sts"})
_USED = frozenset({"ec2", "iam", "s3", "sts"})

EXAMPLES = (
    Example(
        practice="SEC02-BP05",
        good=False,
        type="iam_role",
        name="github-deploy-all",
        why="an administrator that never used Bedrock, SageMaker or KMS",
    ),
    Example(
        practice="SEC02-BP05", good=True, type="iam_role", name="batch-keys", why="uses the keys and secrets it may use"
    ),
)


def build_usage(site: Site) -> None:
    """Answer for each user and role which services its policies grant, and when it asked each of them last."""
    details = _details(site)
    managed = {each["Arn"]: _current(each) for each in details["Policies"]}
    groups = {each["GroupName"]: each for each in details["GroupDetailList"]}
    owners = [*details["UserDetailList"], *details["RoleDetailList"]]
    for number, owner in enumerate(owners, start=1):
        holders = [owner, *(groups[name] for name in owner.get("GroupList", ()))]
        granted = {service for each in holders for service in _granted(each, managed)}
        used = owner.get("RoleLastUsed", {}).get("LastUsedDate") if "RoleName" in owner else site.ago(1)
        job = f"{number:08d}-0000-4000-8000-{number:012d}"
        site.replay.answer("iam", "GenerateServiceLastAccessedDetails", {"JobId": job}, when={"Arn": owner["Arn"]})
        services = [_service(each, used if granted != _ALL or each in _USED else None) for each in sorted(granted)]
        answer = {
            "JobStatus": "COMPLETED",
            "JobType": "SERVICE_LEVEL",
            "JobCreationDate": site.ago(0),
            "JobCompletionDate": site.ago(0),
            "ServicesLastAccessed": services,
            "IsTruncated": False,
        }
        site.replay.answer("iam", "GetServiceLastAccessedDetails", answer, when={"JobId": job})


def _details(site: Site) -> Record:
    pages = site.client("iam").get_paginator("get_account_authorization_details").paginate()
    whole: Record = pages.build_full_result()
    return whole


def _current(policy: Record) -> Record:
    found = (each["Document"] for each in policy["PolicyVersionList"] if each["IsDefaultVersion"])
    return next(found, {})


def _granted(owner: Record, managed: Record) -> Iterator[str]:
    """The namespaces of the services that the policies of a user, group or role allow something of."""
    documents = [managed[each["PolicyArn"]] for each in owner["AttachedManagedPolicies"]]
    documents += [
        each["PolicyDocument"] for kind in ("User", "Group", "Role") for each in owner.get(f"{kind}PolicyList", ())
    ]
    for statement in (each for document in documents for each in _listed(document.get("Statement", ()))):
        if statement["Effect"] != "Allow":
            continue
        if "NotAction" in statement:
            yield from _ALL
        for action in _listed(statement.get("Action", ())):
            namespace = action.partition(":")[0].lower()
            yield from _ALL if namespace == "*" else (namespace,)


def _listed(value: Any) -> Iterable[Any]:  # noqa: ANN401 - JSON
    return [value] if isinstance(value, str | dict) else value


def _service(namespace: str, used: Any) -> Record:  # noqa: ANN401 - a time or none
    told: Record = {"ServiceName": namespace, "ServiceNamespace": namespace, "TotalAuthenticatedEntities": 0}
    if used is not None:
        told |= {"LastAuthenticated": used, "LastAuthenticatedRegion": "eu-west-1", "TotalAuthenticatedEntities": 1}
    return told
