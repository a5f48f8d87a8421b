"""What is known of operations: the phase that one belongs to, and those that reset what a call does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.remediation.plan import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sec02_policies.remediation.plan import Command

_VERBS = {
    Phase.PREPARE: ("get", "list", "describe", "lookup", "generate"),
    Phase.ENABLE: ("create", "enable", "add", "register", "import", "tag", "invite"),
    Phase.RESTRICT: ("detach", "remove", "deregister", "disable", "deactivate"),
    Phase.REMOVE: ("delete",),
}
_REVOKES = ("-policy", "-permissions-boundary", "-account-assignment", "-login-profile")
"""What is deleted here is a grant or a way in, which another call gives back: taking it away restricts."""

REPLACES = {
    ("iam", "update-account-password-policy"): "every rule of the password policy",
    ("cognito-idp", "update-user-pool"): "every setting of the user pool",
    ("cognito-idp", "update-user-pool-client"): "every setting of the app client",
    ("cognito-idp", "set-risk-configuration"): "the other parts of the risk configuration",
    ("cognito-idp", "set-user-pool-mfa-config"): "the other second factors",
    ("cognito-idp", "set-log-delivery-configuration"): "the other log destinations",
    ("cognito-identity", "update-identity-pool"): "every setting of the identity pool",
    ("cognito-identity", "set-identity-pool-roles"): "the other roles and mappings of the identity pool",
    ("iam", "update-assume-role-policy"): "the whole trust policy",
    ("sso-admin", "put-inline-policy-to-permission-set"): "the whole inline policy",
    ("secretsmanager", "put-resource-policy"): "the whole resource policy",
}
"""Operations that set back what the call does not name (AWS API references), and what that is."""

PRINTS_SECRETS = frozenset(
    {"create-access-key", "create-service-specific-credential", "add-user-pool-client-secret", "create-login-profile"}
)
"""Operations whose answer, which the AWS CLI prints, holds a new secret."""


def secrets_printed(commands: Iterable[Command]) -> str | None:
    """A sentence where the AWS CLI prints a new secret."""
    if any(_named(each)[1] in PRINTS_SECRETS for each in commands):
        return "The answer holds the new secret: keep it out of logs, and store it where the program reads it."
    return None


def phase_of(commands: Iterable[Command]) -> Phase:
    """The phase of the last of the commands that its operation belongs to; without a command, preparation."""
    phase = Phase.PREPARE
    for command in commands:
        _, operation = _named(command)
        verb = operation.partition("-")[0]
        phase = next((each for each, verbs in _VERBS.items() if verb in verbs), Phase.ENFORCE)
        if phase is Phase.REMOVE and operation.endswith(_REVOKES):
            phase = Phase.RESTRICT
        if ("Inactive",) in command.words:
            phase = Phase.RESTRICT
    return phase


def resets(commands: Iterable[Command]) -> str | None:
    """A warning where a command sets back what it does not name."""
    found = dict.fromkeys(REPLACES[_named(each)] for each in commands if _named(each) in REPLACES)
    if not found:
        return None
    return f"The call replaces {' and '.join(found)}: add to it, from what is set today, all that is to stay."


def _named(command: Command) -> tuple[str, str]:
    words = [each[0] if len(each) == 1 and isinstance(each[0], str) else "" for each in command.words[1:3]]
    service, operation = (*words, "", "")[:2]
    return service, operation
