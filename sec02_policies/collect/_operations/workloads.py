"""The operations of the services that hold workloads: read only where somebody asks for the service."""

from __future__ import annotations

from sec02_policies.collect._operations.operation import LOWER, UNSIZED, Operation, Paging, next_token, operation

_GONE = ("ResourceNotFoundException",)


def _lower(size: int, name: str = "maxResults") -> Paging:
    return Paging(request="nextToken", answer="nextToken", size_name=name, size=size)


_LAMBDA = (
    operation(
        "lambda",
        "ListFunctions",
        "region",
        "Functions",
        paging=Paging(request="Marker", answer="NextMarker", size_name="MaxItems", size=10_000),
    ),
    operation(
        "lambda",
        "GetFunctionConfiguration",
        "function that rotates a secret",
        "FunctionArn",
        after="lambda:ListFunctions secretsmanager:ListSecrets",
    ),
    operation(
        "lambda",
        "GetPolicy",
        "function that rotates a secret",
        "Policy",
        none=_GONE,
        after="lambda:ListFunctions secretsmanager:ListSecrets",
    ),
)
_ECS = (
    operation("ecs", "ListTaskDefinitions", "region", "taskDefinitionArns", paging=_lower(100)),
    operation(
        "ecs", "DescribeTaskDefinition", "active task definition", "taskDefinition", after="ecs:ListTaskDefinitions"
    ),
)
_EC2 = (
    operation("ec2", "DescribeInstances", "region", "Reservations", paging=next_token(1000)),
    operation("ec2", "DescribeInstanceAttribute", "instance", "UserData", after="ec2:DescribeInstances"),
    operation("ec2", "DescribeLaunchTemplates", "region", "LaunchTemplates", paging=next_token(200)),
    operation(
        "ec2",
        "DescribeLaunchTemplateVersions",
        "launch template",
        "LaunchTemplateVersions",
        paging=next_token(200),
        after="ec2:DescribeLaunchTemplates",
    ),
    operation("ec2", "GetInstanceMetadataDefaults", "region"),
    operation(
        "autoscaling",
        "DescribeLaunchConfigurations",
        "region",
        "LaunchConfigurations",
        paging=next_token(100, "MaxRecords"),
    ),
)
_TEXTS = (
    operation("cloudformation", "DescribeStacks", "region", "Stacks", paging=UNSIZED),
    operation("ssm", "ListDocuments", "region", "DocumentIdentifiers", paging=next_token(50)),
    operation("ssm", "GetDocument", "document", "Content", after="ssm:ListDocuments"),
    operation("ssm", "DescribeParameters", "region", "Parameters", paging=next_token(50)),
    operation("codebuild", "ListProjects", "region", "projects", paging=LOWER),
    operation("codebuild", "BatchGetProjects", "hundred projects", "projects", after="codebuild:ListProjects"),
)
_DATABASES = (
    operation(
        "rds",
        "DescribeDBInstances",
        "region",
        "DBInstances",
        paging=Paging(request="Marker", answer="Marker", size_name="MaxRecords", size=100),
    ),
    operation(
        "rds",
        "DescribeDBClusters",
        "region",
        "DBClusters",
        paging=Paging(request="Marker", answer="Marker", size_name="MaxRecords", size=100),
    ),
    operation("opensearch", "ListDomainNames", "region", "DomainNames"),
    operation("opensearch", "DescribeDomains", "five domains", "DomainStatusList", after="opensearch:ListDomainNames"),
)
_OTHERS = (
    operation("sagemaker", "ListNotebookInstances", "region", "NotebookInstances", paging=next_token(100)),
    operation(
        "sagemaker",
        "DescribeNotebookInstance",
        "notebook instance",
        "NotebookInstanceArn",
        after="sagemaker:ListNotebookInstances",
    ),
    operation(
        "wafv2",
        "ListWebACLs",
        "region",
        "WebACLs",
        paging=Paging(request="NextMarker", answer="NextMarker", size_name="Limit", size=100),
    ),
    operation("wafv2", "ListResourcesForWebACL", "web ACL", "ResourceArns", after="wafv2:ListWebACLs"),
    operation(
        "kms",
        "ListKeys",
        "region",
        "Keys",
        paging=Paging(request="Marker", answer="NextMarker", size_name="Limit", size=1000),
    ),
    operation("kms", "DescribeKey", "key", "KeyMetadata", after="kms:ListKeys"),
    operation(
        "kms", "GetKeyRotationStatus", "symmetric key of the customer's", "KeyRotationEnabled", after="kms:DescribeKey"
    ),
)
_WATCH = (
    operation("guardduty", "ListDetectors", "region", "DetectorIds", paging=next_token(50)),
    operation("guardduty", "GetDetector", "detector", "Status", after="guardduty:ListDetectors"),
    operation("cloudtrail", "DescribeTrails", "region", "trailList"),
    operation("cloudtrail", "GetTrailStatus", "trail", "IsLogging", after="cloudtrail:DescribeTrails"),
    operation("cloudtrail", "GetEventSelectors", "trail", "TrailARN", after="cloudtrail:DescribeTrails"),
    operation("logs", "DescribeMetricFilters", "region", "metricFilters", paging=_lower(50, "limit")),
    operation("cloudwatch", "DescribeAlarms", "region", "MetricAlarms", paging=next_token(100, "MaxRecords")),
    operation(
        "events",
        "ListRules",
        "region",
        "Rules",
        paging=Paging(request="NextToken", answer="NextToken", size_name="Limit", size=100),
    ),
    operation(
        "events",
        "ListTargetsByRule",
        "rule with a pattern",
        "Targets",
        paging=Paging(request="NextToken", answer="NextToken", size_name="Limit", size=100),
        after="events:ListRules",
    ),
)

OPERATIONS: tuple[Operation, ...] = (
    *_LAMBDA,
    *_ECS,
    *_EC2,
    *_TEXTS,
    *_DATABASES,
    *_OTHERS,
    *_WATCH,
)
