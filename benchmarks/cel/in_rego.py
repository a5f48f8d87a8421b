"""The policies in Rego, where they compare no times: rego-cpp has no function that reads RFC 3339."""

from __future__ import annotations

REGO = {
    "iam-user-in-group": "ok if count(input.resource.groups) > 0",
    "iam-user-no-direct-policies": """
        own := [policy | some policy in input.resource.attached_policies
            not contains(policy.arn, ":iam::aws:policy/AWSCompromisedKeyQuarantine")]
        ok if { count(own) == 0; count(input.resource.inline_policies) == 0 }""",
    "iam-user-signing-cert-none": """
        active contains each.id if { some each in input.resource.signing_certificates; each.status == "Active" }
        ok if count(active) == 0""",
    "iam-user-not-quarantined": """
        quarantined if { some policy in input.resource.attached_policies
            contains(policy.arn, ":iam::aws:policy/AWSCompromisedKeyQuarantine") }
        active if { some key in input.resource.access_keys; key.status == "Active" }
        ok if not quarantined
        ok if not active""",
    "iam-user-console-mfa": """
        ok if not input.resource.password_enabled
        ok if input.resource.name in input.params.exempt_users
        ok if count(input.resource.mfa_devices) > 0""",
    "iam-user-initial-password-reset": """
        ok if not input.resource.password_enabled
        ok if input.resource.password_last_used_date != null
        ok if input.resource.password_reset_required == true""",
    "iam-user-human-no-access-keys": """
        active if { some key in input.resource.access_keys; key.status == "Active" }
        ok if not input.resource.password_enabled
        ok if input.resource.name in input.params.exempt_users
        ok if not active""",
}
