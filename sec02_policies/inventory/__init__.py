"""Snapshot -> every human and machine identity in it: kind, credentials, MFA, privilege, exposure, owner. Pure."""

from sec02_policies.inventory.document import IDENTITY_TYPES, chosen, identity_of, inventory, summary
from sec02_policies.inventory.identity import Privilege

__all__ = ["IDENTITY_TYPES", "Privilege", "chosen", "identity_of", "inventory", "summary"]
