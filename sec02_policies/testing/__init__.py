"""Policy test suites: loading them, building each case's snapshot, running them."""

from sec02_policies.testing.run import Outcome, run_suites, untested
from sec02_policies.testing.suite import Case, Suite, demand_policies, load_suite, load_suites
from sec02_policies.testing.world import build_document, example, snapshot_of

__all__ = [
    "Case",
    "Outcome",
    "Suite",
    "build_document",
    "demand_policies",
    "example",
    "load_suite",
    "load_suites",
    "run_suites",
    "snapshot_of",
    "untested",
]
