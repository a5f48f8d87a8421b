"""Bytes <-> Snapshot: canonical JSON, schema validation, the rule of completeness, Unknown where a gap points."""

from sec02_policies.snapshot.canonical import canonical, digest, loads
from sec02_policies.snapshot.document import Snapshot
from sec02_policies.snapshot.schema import FieldInfo, SchemaSet, TypeInfo, schemas

__all__ = ["FieldInfo", "SchemaSet", "Snapshot", "TypeInfo", "canonical", "digest", "loads", "schemas"]
