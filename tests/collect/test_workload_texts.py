"""Workloads whose texts may hold secrets: what is found is told by rule and place, and nothing of a text is kept."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from documents import Aws, gaps_of, only

from sec02_policies.collect._secret_text import SecretFinder
from sec02_policies.collect._user_data import user_data_findings

Record = dict[str, Any]
SECRET = "Tr0ub4dor-CANARY-3"
SCRIPT = f"#!/bin/bash\nyum update -y\nexport DB_PASSWORD={SECRET}\n"
DAY = datetime(2026, 1, 15, tzinfo=UTC)
API = "ec2:DescribeInstanceAttribute"


def places(found: Any) -> list[str]:
    return [each["location"] for each in found]


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def lambda_role(aws: Aws) -> str:
    trust = {
        "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    }
    made = aws.client("iam").create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(trust))
    arn: str = made["Role"]["Arn"]
    return arn


def make_function(aws: Aws, name: str, **variables: str) -> str:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("main.py", f"PASSWORD = '{SECRET}'")
    made = aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=lambda_role(aws),
        Handler="main.handler",
        Code={"ZipFile": package.getvalue()},
        Environment={"Variables": variables},
    )
    arn: str = made["FunctionArn"]
    return arn


# ------------------------------------------------------------ Lambda


def test_a_function_tells_the_names_of_its_variables_and_which_look_like_secrets(aws: Aws) -> None:
    arn = make_function(aws, "orders", DB_PASSWORD=SECRET, LOG_LEVEL="INFO-CANARY", SECRET_ARN="arn:aws:CANARY")
    document = aws.collect("lambda")
    function = only(document, "lambda_function")
    assert (function["id"], function["name"], function["runtime"]) == (arn, "orders", "python3.12")
    assert function["env_names"] == ["DB_PASSWORD", "LOG_LEVEL", "SECRET_ARN"]
    assert [(each["rule"], each["location"]) for each in function["env_findings"]] == [
        ("secret-keyword", "DB_PASSWORD")
    ]
    assert "CANARY" not in json.dumps(document)


def test_only_functions_that_rotate_a_secret_are_asked_for_their_state_and_policy(aws: Aws) -> None:
    arn = make_function(aws, "rotate")
    listed = {"ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf", "Name": "a"}
    aws.give("secretsmanager:ListSecrets", {"SecretList": [{**listed, "RotationLambdaARN": f"{arn}:live"}]})
    aws.client("lambda").add_permission(
        FunctionName="rotate", StatementId="a", Action="lambda:InvokeFunction", Principal="secretsmanager.amazonaws.com"
    )
    function = only(aws.collect("secretsmanager", "lambda"), "lambda_function")
    assert function["state"] == "Active"
    (statement,) = function["resource_policy"]["statements"]
    assert statement["principals"][0]["value"] == "secretsmanager.amazonaws.com"
    aws.asked.clear()
    document = aws.collect("lambda")
    assert {api for api, _ in aws.asked} == {"sts:GetCallerIdentity", "lambda:ListFunctions"}
    assert set(gaps_of(document, "lambda_function")) == {"state", "resource_policy", "tags"}


def test_an_environment_that_lambda_may_not_decrypt_is_a_gap(aws: Aws) -> None:
    error = {"ErrorCode": "AccessDeniedException", "Message": "CANARY"}
    arn = "arn:aws:lambda:us-east-1:123456789012:function:a"
    aws.give(
        "lambda:ListFunctions",
        {
            "Functions": [
                {"FunctionArn": arn, "FunctionName": "a", "PackageType": "Image", "Environment": {"Error": error}}
            ]
        },
    )
    said = ("denied", "lambda:ListFunctions", "AccessDeniedException")
    found = gaps_of(aws.collect("lambda"), "lambda_function", arn)
    assert {name: found[name] for name in ("env_findings", "env_names")} == {"env_findings": said, "env_names": said}


def test_a_published_version_keeps_its_environment_and_is_read_too(aws: Aws) -> None:
    arn = make_function(aws, "orders", DB_PASSWORD=SECRET)
    client = aws.client("lambda")
    client.publish_version(FunctionName="orders")
    client.update_function_configuration(FunctionName="orders", Environment={"Variables": {"LOG_LEVEL": "INFO"}})
    function = only(aws.collect("lambda"), "lambda_function")
    assert (function["id"], function["env_names"]) == (arn, ["LOG_LEVEL"])
    assert [each["location"] for each in function["env_findings"]] == ["version 1/DB_PASSWORD"]


def test_a_function_is_one_whatever_versions_its_arns_name(aws: Aws) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:a"
    shared = {"FunctionName": "a", "PackageType": "Image"}
    error = {"ErrorCode": "AccessDeniedException", "Message": "CANARY"}
    aws.give(
        "lambda:ListFunctions",
        {
            "Functions": [
                {**shared, "FunctionArn": f"{arn}:2", "Version": "2", "Environment": {"Error": error}},
                {**shared, "FunctionArn": f"{arn}:$LATEST", "Version": "$LATEST", "Role": "arn:aws:iam::1:role/new"},
                {
                    **shared,
                    "FunctionArn": f"{arn}:1",
                    "Version": "1",
                    "Environment": {"Variables": {"PASSWORD": SECRET}},
                },
            ]
        },
    )
    document = aws.collect("lambda")
    function = only(document, "lambda_function")
    assert (function["id"], function["role_arn"], function["env_names"]) == (arn, "arn:aws:iam::1:role/new", [])
    assert [each["location"] for each in function["env_findings"]] == ["version 1/PASSWORD"]
    said = ("truncated", "lambda:ListFunctions", "AccessDeniedException")
    assert gaps_of(document, "lambda_function", arn)["env_findings"] == said


# ------------------------------------------------------------ ECS


def test_a_task_definition_is_judged_by_its_environment_and_not_by_what_it_fetches(aws: Aws) -> None:
    ecs = aws.client("ecs")
    for image in ("one", "two"):
        ecs.register_task_definition(
            family="orders",
            containerDefinitions=[
                {
                    "name": "app",
                    "image": image,
                    "memory": 128,
                    "environment": [{"name": "API_TOKEN", "value": SECRET}, {"name": "LOG", "value": "CANARY"}],
                    "secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/a"}],
                }
            ],
            tags=[{"key": "team", "value": "web"}],
        )
    document = aws.collect("ecs")
    first, second = document["resources"]["ecs_task_definition"]
    assert (first["name"], second["revision"], first["container_names"]) == ("orders:1", 2, ["app"])
    assert places(second["env_findings"]) == ["app/API_TOKEN"]
    assert first["tags"] == [{"key": "team", "value": "web"}]
    assert "CANARY" not in json.dumps(document)


def test_a_task_definition_that_could_not_be_described_is_there_without_the_rest(aws: Aws) -> None:
    arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/orders:1"
    aws.give("ecs:ListTaskDefinitions", {"taskDefinitionArns": [arn]})
    aws.refuse("ecs:DescribeTaskDefinition", "AccessDeniedException")
    document = aws.collect("ecs")
    assert only(document, "ecs_task_definition")["name"] == "orders:1"
    assert gaps_of(document, "ecs_task_definition", arn)["env_findings"][0] == "denied"


# ------------------------------------------------------------ EC2 and Auto Scaling


def test_instances_templates_and_the_account_default_of_a_region(aws: Aws) -> None:
    ec2, iam = aws.client("ec2"), aws.client("iam")
    profile = iam.create_instance_profile(InstanceProfileName="app")["InstanceProfile"]["Arn"]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    (instance,) = ec2.run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        UserData=SCRIPT,
        IamInstanceProfile={"Arn": profile},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "orders"}]}],
    )["Instances"]
    for version in ({"UserData": encoded(SCRIPT)}, {"MetadataOptions": {"HttpTokens": "required"}}):
        if version.get("UserData"):
            made = ec2.create_launch_template(LaunchTemplateName="orders", LaunchTemplateData=version)
        else:
            own = made["LaunchTemplate"]["LaunchTemplateId"]
            ec2.create_launch_template_version(LaunchTemplateId=own, LaunchTemplateData=version)
    aws.give("ec2:GetInstanceMetadataDefaults", {"AccountLevel": {"HttpPutResponseHopLimit": -1}})
    options = {"HttpTokens": "optional", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1}
    listed = {
        "InstanceId": instance["InstanceId"],
        "State": {"Name": "running"},
        "IamInstanceProfile": {"Arn": profile},
    }
    listed |= {"MetadataOptions": options, "LaunchTime": DAY, "Tags": [{"Key": "Name", "Value": "orders"}]}
    gone = {**listed, "InstanceId": "i-1", "State": {"Name": "terminated"}}
    aws.give("ec2:DescribeInstances", {"Reservations": [{"Instances": [listed, gone]}]})
    document = aws.collect("ec2")
    found = only(document, "ec2_instance")
    assert (found["name"], found["instance_profile_arn"], found["launch_date"]) == (
        "orders",
        profile,
        "2026-01-15T00:00:00Z",
    )
    assert found["metadata_options"] == {"http_tokens": "optional", "http_endpoint": "enabled", "hop_limit": 1}
    assert places(found["user_data_findings"]) == ["line 3"]
    template = only(document, "ec2_launch_template")
    assert places(template["user_data_findings"]) == ["version 1, line 3"]
    assert (template["default_version"], template["latest_version"]) == (1, 2)
    region = only(document, "ec2_region")
    assert region["metadata_options"] == {"http_tokens": None, "http_endpoint": None, "hop_limit": None}
    assert (region["in_use"], region["instance_profile_arns"]) == (True, [profile])
    assert "CANARY" not in json.dumps(document)


def test_a_launch_configuration_shows_its_user_data(aws: Aws) -> None:
    arn = "arn:aws:autoscaling:us-east-1:123456789012:launchConfiguration:1:launchConfigurationName/orders"
    listed = {"LaunchConfigurationName": "orders", "LaunchConfigurationARN": arn, "ImageId": "ami-1"}
    listed |= {"InstanceType": "t3.micro", "CreatedTime": DAY, "UserData": encoded(SCRIPT)}
    aws.give("autoscaling:DescribeLaunchConfigurations", {"LaunchConfigurations": [listed]})
    document = aws.collect("autoscaling")
    assert places(only(document, "autoscaling_launch_configuration")["user_data_findings"]) == ["line 3"]
    assert "CANARY" not in json.dumps(document)


MIME = f"""Content-Type: multipart/mixed; boundary="//"
MIME-Version: 1.0

--//
Content-Type: text/cloud-config; charset="us-ascii"

#cloud-config
packages: [jq]

--//
Content-Type: text/x-shellscript; charset="us-ascii"
Content-Transfer-Encoding: base64

{encoded(SCRIPT)}
--//--
"""


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, []),
        (encoded(""), []),
        (encoded(SCRIPT), ["line 3"]),
        (SCRIPT, ["line 3"]),
        (encoded(gzip.compress(SCRIPT.encode())), ["line 3"]),
        (encoded(SCRIPT.encode("utf-16")), ["line 3"]),
        (encoded(MIME), ["part 2, line 3"]),
        (encoded(gzip.compress(MIME.encode())), ["part 2, line 3"]),
    ],
)
def test_user_data_is_read_in_every_form_that_cloud_init_takes(data: str | None, expected: list[str]) -> None:
    assert places(user_data_findings(SecretFinder(), data, API)) == expected


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (encoded(b"\x7fELF\0\0\0\0"), "NotText"),
        (encoded(b"\x1f\x8b but no gzip"), "NotText"),
        (encoded(gzip.compress(b"#" * (1 << 24))), "TextTooLong"),
    ],
)
def test_user_data_that_cannot_be_read_is_a_gap_and_not_free_of_secrets(data: str, code: str) -> None:
    found: Any = user_data_findings(SecretFinder(), data, API)
    assert (found.api, found.code) == (API, code)


# ------------------------------------------------------------ CloudFormation, Systems Manager, CodeBuild


def test_the_outputs_of_a_stack_are_searched(aws: Aws) -> None:
    arn = "arn:aws:cloudformation:us-east-1:123456789012:stack/orders/1"
    outputs = [{"OutputKey": "AdminPassword", "OutputValue": SECRET}, {"OutputKey": "Url", "OutputValue": "CANARY"}]
    stack = {"StackId": arn, "StackName": "orders", "CreationTime": DAY, "StackStatus": "CREATE_COMPLETE"}
    aws.give("cloudformation:DescribeStacks", {"Stacks": [{**stack, "Outputs": outputs}]})
    document = aws.collect("cloudformation")
    assert places(only(document, "cloudformation_stack")["output_findings"]) == ["AdminPassword"]
    assert "CANARY" not in json.dumps(document)


def test_own_documents_are_searched_and_parameters_never_read(aws: Aws) -> None:
    ssm = aws.client("ssm")
    content = {"schemaVersion": "2.2", "description": "CANARY", "mainSteps": [{"action": "aws:runShellScript"}]}
    content["mainSteps"][0] |= {"name": "a", "inputs": {"runCommand": [f"export API_TOKEN={SECRET}"]}}  # type: ignore[index]
    ssm.create_document(Name="restart", Content=json.dumps(content, indent=1), DocumentType="Command")
    for name, kind in (("/app/API-Key", "SecureString"), ("plain", "String")):
        ssm.put_parameter(Name=name, Value="CANARY", Type=kind)
    document = aws.collect("ssm")
    found = only(document, "ssm_document")
    assert (found["id"], found["document_type"]) == ("arn:aws:ssm:us-east-1:123456789012:document/restart", "Command")
    assert len(places(found["findings"])) == 1
    first, second = document["resources"]["ssm_parameter"]
    assert (first["name"], first["folded_name"], first["type"]) == ("/app/API-Key", "appapikey", "SecureString")
    assert second["id"] == "arn:aws:ssm:us-east-1:123456789012:parameter/plain"
    assert not {"ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"} & {api for api, _ in aws.asked}
    assert "CANARY" not in json.dumps(document)


def test_a_build_project_is_judged_by_what_is_plain_in_it(aws: Aws) -> None:
    plain = {"AWS_ACCESS_KEY_ID": "CANARY", "API_TOKEN": SECRET, "LOG": "CANARY"}
    variables = [{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in plain.items()]
    variables += [
        {"name": "DB_PASSWORD", "value": "/app/db-CANARY", "type": "PARAMETER_STORE"},
        {"name": "CLIENT_SECRET", "value": "app:CANARY", "type": "SECRETS_MANAGER"},
    ]
    arn = "arn:aws:codebuild:us-east-1:123456789012:project/orders"
    spec = f"version: 0.2\nphases:\n  build:\n    commands:\n      - export NPM_TOKEN={SECRET}\n"
    project = {
        "name": "orders",
        "arn": arn,
        "source": {"type": "GITHUB", "location": f"https://ci:{SECRET}@git.internal/a.git", "buildspec": spec},
        "environment": {"type": "LINUX_CONTAINER", "image": "a", "computeType": "BUILD_GENERAL1_SMALL"},
    }
    project["environment"]["environmentVariables"] = variables  # type: ignore[index]
    aws.give("codebuild:ListProjects", {"projects": ["orders"]})
    aws.give("codebuild:BatchGetProjects", {"projects": [project]})
    document = aws.collect("codebuild")
    found = only(document, "codebuild_project")
    assert places(found["env_findings"]) == ["API_TOKEN"]
    assert found["plain_credential_names"] == ["AWS_ACCESS_KEY_ID"]
    assert places(found["source_findings"]) == ["source"]
    assert places(found["buildspec_findings"]) == ["source, line 5"]
    assert "CANARY" not in json.dumps(document)


# ------------------------------------------------------------ what may not be read


@pytest.mark.parametrize(
    ("service", "api", "kind"),
    [
        ("lambda", "lambda:ListFunctions", "lambda_function"),
        ("ecs", "ecs:ListTaskDefinitions", "ecs_task_definition"),
        ("ec2", "ec2:DescribeInstances", "ec2_instance"),
        ("ec2", "ec2:DescribeLaunchTemplates", "ec2_launch_template"),
        ("autoscaling", "autoscaling:DescribeLaunchConfigurations", "autoscaling_launch_configuration"),
        ("cloudformation", "cloudformation:DescribeStacks", "cloudformation_stack"),
        ("ssm", "ssm:ListDocuments", "ssm_document"),
        ("ssm", "ssm:DescribeParameters", "ssm_parameter"),
        ("codebuild", "codebuild:ListProjects", "codebuild_project"),
    ],
)
def test_a_list_that_is_denied_is_a_gap_over_the_collection(aws: Aws, service: str, api: str, kind: str) -> None:
    aws.give("ec2:GetInstanceMetadataDefaults", {})
    aws.refuse(api, "AccessDenied")
    assert gaps_of(aws.collect(service), kind)[None] == ("denied", api, "AccessDenied")
