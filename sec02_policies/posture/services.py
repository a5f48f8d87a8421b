"""Which AWS service a resource type belongs to, as people call it."""

from __future__ import annotations

_SERVICES = {
    "account_": "Account Management",
    "analyzer": "IAM Access Analyzer",
    "autoscaling_": "EC2 Auto Scaling",
    "cloudformation_": "CloudFormation",
    "cloudtrail_": "CloudTrail",
    "cloudwatch_": "CloudWatch",
    "codebuild_": "CodeBuild",
    "cognito_": "Cognito",
    "ds_": "Directory Service",
    "ec2_": "EC2",
    "ecs_": "ECS",
    "eventbridge_": "EventBridge",
    "guardduty_": "GuardDuty",
    "iam_": "IAM",
    "idc_": "IAM Identity Center",
    "kms_": "KMS",
    "lambda_": "Lambda",
    "logs_": "CloudWatch Logs",
    "opensearch_": "OpenSearch",
    "org": "Organizations",
    "rds_": "RDS",
    "rolesanywhere_": "IAM Roles Anywhere",
    "sagemaker_": "SageMaker",
    "secretsmanager_": "Secrets Manager",
    "ssm_": "Systems Manager",
    "wafv2_": "WAF",
}


def service_of(resource_type: str) -> str:
    """The service of a row's resource type; of several types (`iam_user,iam_role`), that of the first.

    A type that nobody has named a service for is called by its first word.
    """
    for prefix, service in _SERVICES.items():
        if resource_type.startswith(prefix):
            return service
    return resource_type.partition(",")[0].partition("_")[0]
