"""Snapshot -> every human and machine identity in it: kind, credentials, MFA, privilege, exposure, owner. Pure."""

from sec02_policies.inventory.document import IDENTITY_TYPES, chosen, identity_of, inventory, summary
from sec02_policies.inventory.identity import Privilege
from sec02_policies.inventory.world import World

__all__ = ["IDENTITY_TYPES", "Privilege", "World", "chosen", "identity_of", "inventory", "summary"]
