"""The known ways from some permission to more: what each needs, at large, and who described it. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from sec02_policies.iam.reach import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPath:
    """All `needs` together lead to the permissions of somebody else; `source` describes how."""

    id: str
    title: str
    needs: tuple[Target, ...]
    source: str


_RHINO = "https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/"
_RHINO_LIST = "https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation"
_BISHOP_FOX = "https://bishopfox.com/blog/privilege-escalation-in-aws"
_PATHFINDING = "https://pathfinding.cloud/paths/"
_IAM_API = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_"
_SSO_API = "https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_"
_STORE_API = "https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_"
_ANYWHERE = "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html"

_USER, _GROUP, _ROLE, _POLICY = "iam:user/", "iam:group/", "iam:role/", "iam:policy/"
_INSTANCE = "ec2:instance/i-"


def _need(action: str, *types: str, itself: bool = False, anywhere: bool = False) -> Target:
    return Target(action=action.lower(), types=types, itself=itself, anywhere=anywhere)


def _pass_role(service: str) -> Target:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    return Target(action="iam:passrole", types=(_ROLE,), context={"iam:passedtoservice": service})


def _path(name: str, title: str, source: str, *needs: Target) -> EscalationPath:
    return EscalationPath(id=name, title=title, needs=needs, source=source)


# Whoever may do one of these to anybody owns the account.
CONTROL = (
    _need("iam:AttachGroupPolicy", _GROUP),
    _need("iam:AttachRolePolicy", _ROLE),
    _need("iam:AttachUserPolicy", _USER),
    _need("iam:PutGroupPolicy", _GROUP),
    _need("iam:PutRolePolicy", _ROLE),
    _need("iam:PutUserPolicy", _USER),
    _need("iam:AddUserToGroup", _GROUP),
    _need("iam:CreateAccessKey", _USER),
    _need("iam:CreateLoginProfile", _USER),
    _need("iam:UpdateLoginProfile", _USER),
    _need("iam:CreatePolicyVersion", _POLICY),
    _need("iam:UpdateAssumeRolePolicy", _ROLE),
)

_POLICIES = (
    _path("iam-create-policy-version", "Rewrite a managed policy", _RHINO, _need("iam:CreatePolicyVersion", _POLICY)),
    _path(
        "iam-set-default-policy-version",
        "Bring back an older version of a managed policy",
        _RHINO,
        _need("iam:SetDefaultPolicyVersion", _POLICY),
    ),
    _path(
        "iam-attach-user-policy",
        "Attach any policy to a user",
        _RHINO,
        _need("iam:AttachUserPolicy", _USER, itself=True),
    ),
    _path("iam-attach-group-policy", "Attach any policy to a group", _RHINO, _need("iam:AttachGroupPolicy", _GROUP)),
    _path(
        "iam-attach-role-policy",
        "Attach any policy to a role",
        _RHINO,
        _need("iam:AttachRolePolicy", _ROLE, itself=True),
    ),
    _path(
        "iam-put-user-policy",
        "Write an inline policy for a user",
        _RHINO,
        _need("iam:PutUserPolicy", _USER, itself=True),
    ),
    _path("iam-put-group-policy", "Write an inline policy for a group", _RHINO, _need("iam:PutGroupPolicy", _GROUP)),
    _path(
        "iam-put-role-policy",
        "Write an inline policy for a role",
        _RHINO,
        _need("iam:PutRolePolicy", _ROLE, itself=True),
    ),
    _path("iam-add-user-to-group", "Join any group", _RHINO, _need("iam:AddUserToGroup", _GROUP)),
    _path(
        "iam-update-assume-role-policy",
        "Make any role trust the caller",
        _RHINO,
        _need("iam:UpdateAssumeRolePolicy", _ROLE),
    ),
    _path(
        "iam-delete-user-policy",
        "Delete the inline policy that denies something to a user",
        f"{_IAM_API}DeleteUserPolicy.html",
        _need("iam:DeleteUserPolicy", _USER, itself=True),
    ),
    _path(
        "iam-delete-role-policy",
        "Delete the inline policy that denies something to a role",
        f"{_IAM_API}DeleteRolePolicy.html",
        _need("iam:DeleteRolePolicy", _ROLE, itself=True),
    ),
    _path(
        "iam-detach-user-policy",
        "Detach the policy that denies something to a user",
        f"{_IAM_API}DetachUserPolicy.html",
        _need("iam:DetachUserPolicy", _USER, itself=True),
    ),
    _path(
        "iam-detach-role-policy",
        "Detach the policy that denies something to a role",
        f"{_IAM_API}DetachRolePolicy.html",
        _need("iam:DetachRolePolicy", _ROLE, itself=True),
    ),
    _path(
        "iam-delete-user-permissions-boundary",
        "Remove the permissions boundary of a user",
        f"{_IAM_API}DeleteUserPermissionsBoundary.html",
        _need("iam:DeleteUserPermissionsBoundary", _USER, itself=True),
    ),
    _path(
        "iam-delete-role-permissions-boundary",
        "Remove the permissions boundary of a role",
        f"{_IAM_API}DeleteRolePermissionsBoundary.html",
        _need("iam:DeleteRolePermissionsBoundary", _ROLE, itself=True),
    ),
    _path(
        "iam-put-user-permissions-boundary",
        "Replace the permissions boundary of a user",
        f"{_IAM_API}PutUserPermissionsBoundary.html",
        _need("iam:PutUserPermissionsBoundary", _USER, itself=True),
    ),
    _path(
        "iam-put-role-permissions-boundary",
        "Replace the permissions boundary of a role",
        f"{_IAM_API}PutRolePermissionsBoundary.html",
        _need("iam:PutRolePermissionsBoundary", _ROLE, itself=True),
    ),
)

_CREDENTIALS = (
    _path("iam-create-access-key", "Make an access key for another user", _RHINO, _need("iam:CreateAccessKey", _USER)),
    _path(
        "iam-create-login-profile",
        "Set a first password for another user",
        _RHINO,
        _need("iam:CreateLoginProfile", _USER),
    ),
    _path(
        "iam-update-login-profile",
        "Change the password of another user",
        _RHINO,
        _need("iam:UpdateLoginProfile", _USER),
    ),
    _path(
        "iam-deactivate-mfa-device",
        "Take the MFA device from another user",
        f"{_IAM_API}DeactivateMFADevice.html",
        _need("iam:DeactivateMFADevice", _USER),
    ),
    _path(
        "sts-assume-any-role", "Assume any role that trusts the account", _BISHOP_FOX, _need("sts:AssumeRole", _ROLE)
    ),
    _path(
        "sts-assume-root",
        "Take a root session in a member account",
        "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html",
        _need("sts:AssumeRoot", "iam:root", anywhere=True),
    ),
)

_FEDERATION = (
    _path(
        "iam-update-saml-provider",
        "Replace the metadata of a SAML provider and sign in as anybody",
        f"{_IAM_API}UpdateSAMLProvider.html",
        _need("iam:UpdateSAMLProvider", "iam:saml-provider/"),
    ),
    _path(
        "iam-add-client-id-to-oidc-provider",
        "Let another application's tokens through an OIDC provider",
        f"{_IAM_API}AddClientIDToOpenIDConnectProvider.html",
        _need("iam:AddClientIDToOpenIDConnectProvider", "iam:oidc-provider/"),
    ),
    _path(
        "rolesanywhere-trust-own-authority",
        "Trust an own certificate authority and give its certificates any role",
        _ANYWHERE,
        _pass_role("rolesanywhere.amazonaws.com"),
        _need("rolesanywhere:CreateTrustAnchor"),
        _need("rolesanywhere:CreateProfile"),
    ),
    _path(
        "cognito-identity-pool-roles",
        "Give any role to the identities of an own identity pool",
        f"{_PATHFINDING}cognitoidentity-001",
        _pass_role("cognito-identity.amazonaws.com"),
        _need("cognito-identity:CreateIdentityPool"),
        _need("cognito-identity:SetIdentityPoolRoles"),
    ),
    _path(
        "sso-create-account-assignment",
        "Assign any permission set in any account",
        f"{_SSO_API}CreateAccountAssignment.html",
        _need("sso:CreateAccountAssignment", "sso:permissionSet/", anywhere=True),
    ),
    _path(
        "sso-put-inline-policy",
        "Rewrite the inline policy of a permission set",
        f"{_SSO_API}PutInlinePolicyToPermissionSet.html",
        _need("sso:PutInlinePolicyToPermissionSet", "sso:permissionSet/", anywhere=True),
    ),
    _path(
        "sso-attach-managed-policy",
        "Attach any AWS managed policy to a permission set",
        f"{_SSO_API}AttachManagedPolicyToPermissionSet.html",
        _need("sso:AttachManagedPolicyToPermissionSet", "sso:permissionSet/", anywhere=True),
    ),
    _path(
        "sso-attach-customer-managed-policy",
        "Attach any customer managed policy to a permission set",
        f"{_SSO_API}AttachCustomerManagedPolicyReferenceToPermissionSet.html",
        _need("sso:AttachCustomerManagedPolicyReferenceToPermissionSet", "sso:permissionSet/", anywhere=True),
    ),
    _path(
        "sso-delete-permissions-boundary",
        "Remove the permissions boundary of a permission set",
        f"{_SSO_API}DeletePermissionsBoundaryFromPermissionSet.html",
        _need("sso:DeletePermissionsBoundaryFromPermissionSet", "sso:permissionSet/", anywhere=True),
    ),
    _path(
        "identitystore-create-group-membership",
        "Join any group of the identity store",
        f"{_STORE_API}CreateGroupMembership.html",
        _need("identitystore:CreateGroupMembership"),
    ),
)

_NEW_COMPUTE = (
    _path(
        "passrole-ec2-run-instances",
        "Start an instance with any role",
        _RHINO,
        _pass_role("ec2.amazonaws.com"),
        _need("ec2:RunInstances", _INSTANCE),
    ),
    _path(
        "passrole-ec2-spot-instances",
        "Request a spot instance with any role",
        f"{_PATHFINDING}ec2-003",
        _pass_role("ec2.amazonaws.com"),
        _need("ec2:RequestSpotInstances"),
    ),
    _path(
        "passrole-ec2-associate-instance-profile",
        "Give any role to a running instance",
        _BISHOP_FOX,
        _pass_role("ec2.amazonaws.com"),
        _need("ec2:AssociateIamInstanceProfile", _INSTANCE),
    ),
    _path(
        "passrole-ec2-replace-instance-profile",
        "Exchange the role of a running instance",
        _BISHOP_FOX,
        _pass_role("ec2.amazonaws.com"),
        _need("ec2:ReplaceIamInstanceProfileAssociation", _INSTANCE),
    ),
    _path(
        "passrole-lambda-invoke",
        "Run code in a new function with any role",
        _RHINO,
        _pass_role("lambda.amazonaws.com"),
        _need("lambda:CreateFunction"),
        _need("lambda:InvokeFunction"),
    ),
    _path(
        "passrole-lambda-event-source",
        "Trigger a new function with any role through an event source",
        _RHINO,
        _pass_role("lambda.amazonaws.com"),
        _need("lambda:CreateFunction"),
        _need("lambda:CreateEventSourceMapping"),
    ),
    _path(
        "passrole-lambda-add-permission",
        "Let another account invoke a new function with any role",
        _RHINO_LIST,
        _pass_role("lambda.amazonaws.com"),
        _need("lambda:CreateFunction"),
        _need("lambda:AddPermission"),
    ),
    _path(
        "passrole-glue-dev-endpoint",
        "Open a Glue development endpoint with any role",
        _RHINO,
        _pass_role("glue.amazonaws.com"),
        _need("glue:CreateDevEndpoint"),
    ),
    _path(
        "passrole-glue-job-run",
        "Run a new Glue job with any role",
        f"{_PATHFINDING}glue-003",
        _pass_role("glue.amazonaws.com"),
        _need("glue:CreateJob"),
        _need("glue:StartJobRun"),
    ),
    _path(
        "passrole-glue-job-trigger",
        "Schedule a new Glue job with any role",
        f"{_PATHFINDING}glue-004",
        _pass_role("glue.amazonaws.com"),
        _need("glue:CreateJob"),
        _need("glue:CreateTrigger"),
    ),
    _path(
        "passrole-glue-update-job",
        "Give any role to an existing Glue job and run own code in it",
        f"{_PATHFINDING}glue-005",
        _pass_role("glue.amazonaws.com"),
        _need("glue:UpdateJob"),
        _need("glue:StartJobRun"),
    ),
    _path(
        "passrole-cloudformation-create-stack",
        "Create resources through a stack with any role",
        _RHINO,
        _pass_role("cloudformation.amazonaws.com"),
        _need("cloudformation:CreateStack"),
    ),
    _path(
        "passrole-cloudformation-update-stack",
        "Change a stack with any role",
        _BISHOP_FOX,
        _pass_role("cloudformation.amazonaws.com"),
        _need("cloudformation:UpdateStack"),
    ),
    _path(
        "passrole-datapipeline",
        "Run commands in a data pipeline with any role",
        _RHINO,
        _pass_role("datapipeline.amazonaws.com"),
        _need("datapipeline:CreatePipeline"),
        _need("datapipeline:PutPipelineDefinition"),
        _need("datapipeline:ActivatePipeline"),
    ),
    _path(
        "passrole-sagemaker-notebook",
        "Open a new notebook with any role",
        _RHINO_LIST,
        _pass_role("sagemaker.amazonaws.com"),
        _need("sagemaker:CreateNotebookInstance"),
        _need("sagemaker:CreatePresignedNotebookInstanceUrl"),
    ),
    _path(
        "passrole-sagemaker-training-job",
        "Run code in a training job with any role",
        f"{_PATHFINDING}sagemaker-002",
        _pass_role("sagemaker.amazonaws.com"),
        _need("sagemaker:CreateTrainingJob"),
    ),
    _path(
        "passrole-sagemaker-processing-job",
        "Run code in a processing job with any role",
        f"{_PATHFINDING}sagemaker-003",
        _pass_role("sagemaker.amazonaws.com"),
        _need("sagemaker:CreateProcessingJob"),
    ),
    _path(
        "passrole-codebuild-project",
        "Run a build in a new project with any role",
        _BISHOP_FOX,
        _pass_role("codebuild.amazonaws.com"),
        _need("codebuild:CreateProject"),
        _need("codebuild:StartBuild"),
    ),
    _path(
        "passrole-codebuild-batch",
        "Run a batch of builds in a new project with any role",
        f"{_PATHFINDING}codebuild-004",
        _pass_role("codebuild.amazonaws.com"),
        _need("codebuild:CreateProject"),
        _need("codebuild:StartBuildBatch"),
    ),
    _path(
        "passrole-ecs-run-task",
        "Run a container with any role",
        f"{_PATHFINDING}ecs-004",
        _pass_role("ecs-tasks.amazonaws.com"),
        _need("ecs:RegisterTaskDefinition"),
        _need("ecs:RunTask"),
    ),
    _path(
        "passrole-ecs-create-service",
        "Run a container service with any role",
        f"{_PATHFINDING}ecs-003",
        _pass_role("ecs-tasks.amazonaws.com"),
        _need("ecs:RegisterTaskDefinition"),
        _need("ecs:CreateService"),
    ),
    _path(
        "passrole-ecs-start-task",
        "Start a container with any role on a chosen instance",
        f"{_PATHFINDING}ecs-005",
        _pass_role("ecs-tasks.amazonaws.com"),
        _need("ecs:RegisterTaskDefinition"),
        _need("ecs:StartTask"),
    ),
    _path(
        "passrole-apprunner",
        "Run a web service with any role",
        f"{_PATHFINDING}apprunner-001",
        _pass_role("tasks.apprunner.amazonaws.com"),
        _need("apprunner:CreateService"),
    ),
    _path(
        "passrole-step-functions",
        "Call any API from a state machine with any role",
        f"{_PATHFINDING}stepfunctions-001",
        _pass_role("states.amazonaws.com"),
        _need("states:CreateStateMachine"),
        _need("states:StartExecution"),
    ),
    _path(
        "passrole-scheduler",
        "Call any API from a schedule with any role",
        f"{_PATHFINDING}scheduler-001",
        _pass_role("scheduler.amazonaws.com"),
        _need("scheduler:CreateSchedule"),
    ),
    _path(
        "passrole-batch",
        "Run a batch job with any role",
        f"{_PATHFINDING}batch-001",
        _pass_role("ecs-tasks.amazonaws.com"),
        _need("batch:RegisterJobDefinition"),
        _need("batch:SubmitJob"),
    ),
    _path(
        "passrole-emr",
        "Start a cluster with any role",
        f"{_PATHFINDING}emr-001",
        _pass_role("elasticmapreduce.amazonaws.com"),
        _pass_role("ec2.amazonaws.com"),
        _need("elasticmapreduce:RunJobFlow"),
    ),
    _path(
        "passrole-ssm-automation",
        "Run an automation with any role",
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup.html",
        _pass_role("ssm.amazonaws.com"),
        _need("ssm:StartAutomationExecution"),
    ),
    _path(
        "passrole-bedrock-code-interpreter",
        "Run code in a code interpreter with any role",
        f"{_PATHFINDING}bedrock-001",
        _pass_role("bedrock-agentcore.amazonaws.com"),
        _need("bedrock-agentcore:CreateCodeInterpreter"),
        _need("bedrock-agentcore:StartCodeInterpreterSession"),
        _need("bedrock-agentcore:InvokeCodeInterpreter"),
    ),
)

_EXISTING_COMPUTE = (
    _path(
        "lambda-update-function-code", "Replace the code of any function", _RHINO, _need("lambda:UpdateFunctionCode")
    ),
    _path(
        "lambda-update-function-configuration",
        "Slip a layer into any function",
        _RHINO_LIST,
        _need("lambda:UpdateFunctionConfiguration"),
    ),
    _path("glue-update-dev-endpoint", "Add a key to any Glue endpoint", _RHINO, _need("glue:UpdateDevEndpoint")),
    _path(
        "sagemaker-notebook-url",
        "Open any notebook",
        _RHINO_LIST,
        _need("sagemaker:CreatePresignedNotebookInstanceUrl"),
    ),
    _path(
        "codebuild-start-build",
        "Run any project with an own build specification",
        f"{_PATHFINDING}codebuild-002",
        _need("codebuild:StartBuild"),
    ),
    _path(
        "codebuild-start-build-batch",
        "Run any project's batch with an own build specification",
        f"{_PATHFINDING}codebuild-003",
        _need("codebuild:StartBuildBatch"),
    ),
    _path(
        "cloudformation-change-set",
        "Change any stack with the role that it has",
        f"{_PATHFINDING}cloudformation-005",
        _need("cloudformation:CreateChangeSet"),
        _need("cloudformation:ExecuteChangeSet"),
    ),
    _path("ssm-start-session", "Open a shell on any instance", _BISHOP_FOX, _need("ssm:StartSession", _INSTANCE)),
    _path("ssm-send-command", "Run a command on any instance", _BISHOP_FOX, _need("ssm:SendCommand", _INSTANCE)),
    _path(
        "ec2-instance-connect",
        "Push an SSH key to any instance",
        "https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSSHPublicKey.html",
        _need("ec2-instance-connect:SendSSHPublicKey", _INSTANCE),
    ),
    _path(
        "ec2-change-user-data",
        "Change what any instance runs at its next start",
        f"{_PATHFINDING}ec2-002",
        _need("ec2:ModifyInstanceAttribute", _INSTANCE),
        _need("ec2:StopInstances", _INSTANCE),
        _need("ec2:StartInstances", _INSTANCE),
    ),
    _path(
        "ecs-execute-command",
        "Open a shell in any running container",
        f"{_PATHFINDING}ecs-006",
        _need("ecs:ExecuteCommand"),
    ),
)

PATHS: tuple[EscalationPath, ...] = (*_POLICIES, *_CREDENTIALS, *_FEDERATION, *_NEW_COMPUTE, *_EXISTING_COMPUTE)
