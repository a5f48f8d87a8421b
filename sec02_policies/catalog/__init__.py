"""Policy YAML -> Policy: strict loading, the schema of policies, ids, selection, parameters."""

from sec02_policies.catalog.folder import content, yaml_files
from sec02_policies.catalog.load import load_policy, read_yaml
from sec02_policies.catalog.policies import PolicySet, policy_files
from sec02_policies.catalog.selection import DEFAULT_SETS, LEVELS, SETS, Selection
from sec02_policies.catalog.yaml import YamlFile

__all__ = [
    "DEFAULT_SETS",
    "LEVELS",
    "SETS",
    "PolicySet",
    "Selection",
    "YamlFile",
    "content",
    "load_policy",
    "policy_files",
    "read_yaml",
    "yaml_files",
]
