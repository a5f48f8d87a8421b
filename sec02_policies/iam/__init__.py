"""The IAM policy language: what documents say, what they reach, and whom they trust. Pure functions, no AWS."""

from __future__ import annotations

from sec02_policies.iam.administrator import admin_level, admin_via, is_admin
from sec02_policies.iam.control_policies import ControlLevels, allows_within_scps, control_levels
from sec02_policies.iam.credentials import active_since, last_activity, live_credentials
from sec02_policies.iam.document import Document, DocumentError, Statement, parse_document
from sec02_policies.iam.escalation import escalations
from sec02_policies.iam.escalation_paths import PATHS, EscalationPath
from sec02_policies.iam.guardrail import denies, denies_root, limits_to_organization
from sec02_policies.iam.holdings import Lookups, Resource
from sec02_policies.iam.identity import (
    MACHINE_PATHS,
    MACHINE_TAG,
    Classified,
    IdentityKind,
    classify,
    entrant_words,
    identity_kind,
    trusted,
)
from sec02_policies.iam.mfa import mfa_enforced, mfa_enforced_via
from sec02_policies.iam.principal import (
    allows,
    can_manage_iam,
    can_tag_principals,
    full_access,
    granted,
    principal_tag_keys,
    reads_all_secrets,
    statements,
)
from sec02_policies.iam.secret import secret_policy
from sec02_policies.iam.trust import trust
from sec02_policies.iam.wildcards import action_covers, covers, glob

__all__ = [
    "MACHINE_PATHS",
    "MACHINE_TAG",
    "PATHS",
    "Classified",
    "ControlLevels",
    "Document",
    "DocumentError",
    "EscalationPath",
    "IdentityKind",
    "Lookups",
    "Resource",
    "Statement",
    "action_covers",
    "active_since",
    "admin_level",
    "admin_via",
    "allows",
    "allows_within_scps",
    "can_manage_iam",
    "can_tag_principals",
    "classify",
    "control_levels",
    "covers",
    "denies",
    "denies_root",
    "entrant_words",
    "escalations",
    "full_access",
    "glob",
    "granted",
    "identity_kind",
    "is_admin",
    "last_activity",
    "limits_to_organization",
    "live_credentials",
    "mfa_enforced",
    "mfa_enforced_via",
    "parse_document",
    "principal_tag_keys",
    "reads_all_secrets",
    "secret_policy",
    "statements",
    "trust",
    "trusted",
]
