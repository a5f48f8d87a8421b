"""The fixture snapshot of an account of which the services of workloads were read, each well kept and badly kept."""

from __future__ import annotations

from fixture_tools import ACCOUNT, REGION, Record, document, policy

from sec02_policies.collect import WORKLOAD_SERVICES
from sec02_policies.snapshot import schemas
from sec02_policies.testing import example

OTHER = "us-east-1"
PROFILE = f"arn:aws:iam::{ACCOUNT}:instance-profile/app"


def finding(location: str, rule: str = "secret-keyword") -> Record:
    return {"rule": rule, "location": location, "hash": "mfrggzdfmztwq2lk"}


def other(kind: str, name: str, **members: object) -> Record:
    """A second resource of a type: the example under another name."""
    base = example(kind)
    same = str(base["name"])
    renamed = {each: str(base[each]).replace(same, name) for each in ("id", "arn") if base[each] and same in base[each]}
    if not renamed:
        renamed = {each: f"{base[each]}-{name}" for each in ("id", "arn") if base[each]}
    return {**base, "name": name, **renamed, **members}


def workloads() -> Record:
    """The account at the time of the other fixtures."""
    open_to_all = {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "*"}
    rotating = example("lambda_function")
    opened = other("lambda_function", "rotate-open", resource_policy=policy(open_to_all))
    return document(
        services=("cognito", "iam", "secretsmanager", *WORKLOAD_SERVICES),
        **_identities(rotating["arn"], opened["arn"]),
        lambda_function=[rotating, opened, other("lambda_function", "legacy", env_findings=[finding("DB_PASSWORD")])],
        ecs_task_definition=[
            example("ecs_task_definition"),
            other("ecs_task_definition", "legacy:1", env_findings=[finding("app/DB_PASSWORD")]),
        ],
        **_machines(),
        cloudformation_stack=[
            example("cloudformation_stack"),
            other("cloudformation_stack", "legacy", output_findings=[finding("AdminPassword")]),
        ],
        ssm_document=[example("ssm_document"), other("ssm_document", "legacy", findings=[finding("line 9")])],
        ssm_parameter=[
            example("ssm_parameter"),
            other("ssm_parameter", "/legacy/api-key", folded_name="legacyapikey", type="String", kms_key_id=None),
            other("ssm_parameter", "/app/log-level", folded_name="apploglevel", type="String", kms_key_id=None),
        ],
        codebuild_project=[
            example("codebuild_project"),
            other("codebuild_project", "legacy", plain_credential_names=["AWS_ACCESS_KEY_ID"]),
        ],
        **_services(),
        **_watch(),
    )


def _identities(rotating: str, opened: str) -> dict[str, list[Record]]:
    """What the services of workloads are judged with: the account, roles, user pools and secrets that rotate."""
    secret = example("secretsmanager_secret", {"rotation_lambda_arn": rotating})
    pool = example("cognito_user_pool")
    exposed = {"id": f"{secret['id']}-2", "arn": f"{secret['id']}-2", "rotation_lambda_arn": opened}
    return {
        "iam_account": [example("iam_account")],
        "iam_root": [example("iam_root")],
        "iam_role": [
            example("iam_role", {"instance_profile_arns": [PROFILE]}),
            example("iam_role", {"name": "unused", "instance_profile_arns": [f"{PROFILE}-unused"]}),
        ],
        "cognito_user_pool": [
            pool,
            example(
                "cognito_user_pool",
                {"id": f"{pool['id']}-2", "arn": f"{pool['arn']}-2", "name": "bare", **_without_parts()},
            ),
        ],
        "secretsmanager_secret": [secret, example("secretsmanager_secret", exposed)],
    }


def _without_parts() -> Record:
    """No app clients and the like: each part is in one user pool alone."""
    places = [place for info in schemas().types.values() for place in info.view_of]
    return {member: [] for parent, member in places if parent == "cognito_user_pool"}


def _machines() -> dict[str, list[Record]]:
    weak = {"http_tokens": "optional", "http_endpoint": "enabled", "hop_limit": 1}
    nothing = {"http_tokens": None, "http_endpoint": None, "hop_limit": None}
    bare = {"metadata_options": weak, "instance_profile_arn": None, "user_data_findings": [finding("line 3")]}
    where = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-0123456789abcdef1"
    return {
        "ec2_region": [
            example("ec2_region"),
            example(
                "ec2_region",
                {"id": OTHER, "name": OTHER, "region": OTHER, "metadata_options": nothing, "instance_profile_arns": []},
            ),
        ],
        "ec2_instance": [
            example("ec2_instance"),
            example("ec2_instance", {"id": where, "arn": where, "instance_id": where[-19:], "name": "legacy", **bare}),
        ],
        "ec2_launch_template": [
            example("ec2_launch_template"),
            other(
                "ec2_launch_template",
                "legacy",
                metadata_options=weak,
                user_data_findings=[finding("version 1, line 3")],
            ),
        ],
        "autoscaling_launch_configuration": [
            example("autoscaling_launch_configuration"),
            other("autoscaling_launch_configuration", "legacy", user_data_findings=[finding("line 3")]),
        ],
    }


def _services() -> dict[str, list[Record]]:
    by_hand = {"iam_authentication": False, "master_secret": None}
    key = "abcd1234-12ab-34cd-56ef-1234567890ab"
    return {
        "rds_instance": [example("rds_instance"), other("rds_instance", "legacy", **by_hand)],
        "rds_cluster": [example("rds_cluster"), other("rds_cluster", "old-billing", **by_hand)],
        "sagemaker_notebook": [
            example("sagemaker_notebook"),
            other("sagemaker_notebook", "playground", root_access="Enabled"),
        ],
        "wafv2_web_acl": [example("wafv2_web_acl", {"user_pool_arns": [example("cognito_user_pool")["arn"]]})],
        "opensearch_domain": [example("opensearch_domain"), other("opensearch_domain", "logs", saml_enabled=False)],
        "kms_key": [
            example("kms_key"),
            other("kms_key", key, rotation_enabled=False, rotation_period_days=None),
        ],
    }


def _watch() -> dict[str, list[Record]]:
    """GuardDuty and rules in one region of two; an alarm for the use of root alone."""
    elsewhere = {"id": OTHER, "name": OTHER, "region": OTHER}
    return {
        "guardduty_region": [example("guardduty_region"), example("guardduty_region", {**elsewhere, "detectors": []})],
        "eventbridge_region": [
            example("eventbridge_region"),
            example("eventbridge_region", {**elsewhere, "rules": []}),
        ],
        "cloudtrail_trail": [example("cloudtrail_trail")],
        "logs_metric_filter": [example("logs_metric_filter")],
        "cloudwatch_alarm": [example("cloudwatch_alarm")],
    }
