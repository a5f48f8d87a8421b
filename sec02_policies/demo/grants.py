"""The customer managed policies of Example Corp: what its people and machines may do, well and badly worded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies.demo.site import Example, allow, deny, document, tags

if TYPE_CHECKING:
    from sec02_policies.demo.site import Site

_MFA_PRESENT = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
_MFA_SETUP = ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "sts:GetSessionToken"]

EXAMPLES = (
    Example(
        practice="SEC02-BP06",
        good=True,
        type="iam_policy",
        name="write-backups",
        why="names its actions, its bucket and its key",
    ),
    Example(
        practice="SEC02-BP06",
        good=False,
        type="iam_policy",
        name="developer-desk",
        why="allows everything; a Deny on one bucket does not make it less than administrator",
    ),
    Example(
        practice="SEC02-BP06",
        good=False,
        type="iam_policy",
        name="everything-but-billing",
        why="allows all that is not named (NotAction), IAM among it",
    ),
    Example(
        practice="SEC02-BP06",
        good=False,
        type="iam_policy",
        name="deploy-functions",
        why="passes any role to Lambda, and so gets the rights of every role",
    ),
    Example(
        practice="SEC02-BP02",
        good=False,
        type="iam_policy",
        name="hop-anywhere",
        why="may assume any role that lets it in, in any account",
    ),
    Example(
        practice="SEC02-BP03",
        good=False,
        type="iam_policy",
        name="read-every-secret",
        why="reads all secrets where its user needs one",
    ),
    Example(
        practice="SEC02-BP05",
        good=False,
        type="iam_policy",
        name="migration-2024",
        why="attached to nothing since the migration ended",
    ),
)


def build_grants(site: Site) -> None:
    """Create the customer managed policies."""
    iam = site.client("iam")
    for name, text in _documents(site).items():
        iam.create_policy(PolicyName=name, PolicyDocument=text, Tags=tags(owner="platform"))


def _documents(site: Site) -> dict[str, str]:
    here = f"{site.aws.region}:{site.account_id}"
    role = f"arn:aws:iam::{site.account_id}:role"
    key = f"arn:aws:kms:{here}:key/1c2d3e4f-0000-4000-8000-000000000001"
    return {
        "require-mfa": document(_unless_mfa()),
        "developer-desk": document(allow("*"), deny("s3:DeleteBucket", "arn:aws:s3:::example-corp-audit")),
        "everything-but-billing": document(
            {"Effect": "Allow", "NotAction": ["aws-portal:*", "billing:*"], "Resource": "*"}
        ),
        "deploy-functions": document(allow(["lambda:CreateFunction", "lambda:InvokeFunction", "iam:PassRole"])),
        "deploy-orders": document(
            allow(["lambda:UpdateFunctionCode"], f"arn:aws:lambda:{here}:function:orders"),
            allow(
                "iam:PassRole",
                f"{role}/app-orders",
                Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
            ),
        ),
        "hop-anywhere": document(allow("sts:AssumeRole")),
        "read-every-secret": document(allow(["secretsmanager:GetSecretValue", "secretsmanager:ListSecrets"])),
        "read-orders": document(
            allow(["dynamodb:GetItem", "dynamodb:Query"], f"arn:aws:dynamodb:{here}:table/orders"),
            allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{here}:secret:prod/orders/db-*"),
        ),
        "write-backups": document(
            allow(["s3:PutObject"], "arn:aws:s3:::example-corp-backups/*"),
            allow(["kms:GenerateDataKey"], key),
        ),
        "contractor-desk": document(allow(["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::example-corp-handover*")),
        "contractor-boundary": document(allow(["s3:*", "logs:*"])),
        "guest-carts": document(allow("dynamodb:*", f"arn:aws:dynamodb:{here}:table/carts")),
        "read-catalogue": document(allow("dynamodb:Query", f"arn:aws:dynamodb:{here}:table/catalogue")),
        "key-keepers": document(allow("kms:*")),
        "migration-2024": document(allow(["dms:*", "s3:*"])),
    }


def _unless_mfa() -> dict[str, Any]:
    return {
        "Sid": "DenyAllWithoutMfa",
        "Effect": "Deny",
        "NotAction": _MFA_SETUP,
        "Resource": "*",
        "Condition": _MFA_PRESENT,
    }
