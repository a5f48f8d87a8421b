"""The operations of IAM Access Analyzer."""

from __future__ import annotations

from sec02_policies.collect._operations.operation import LOWER, Operation, operation

_ANALYZERS = "accessanalyzer:ListAnalyzers"

OPERATIONS: tuple[Operation, ...] = (
    operation("accessanalyzer", "ListAnalyzers", "region", "analyzers", paging=LOWER),
    # The list leaves the configuration out; only this call tells after how many days access counts as unused.
    operation("accessanalyzer", "GetAnalyzer", "unused-access analyzer", "analyzer", after=_ANALYZERS),
    operation("accessanalyzer", "ListArchiveRules", "analyzer", "archiveRules", paging=LOWER, after=_ANALYZERS),
    operation(
        "accessanalyzer",
        "ListFindingsV2",
        "active analyzer",
        "findings",
        paging=LOWER,
        after=_ANALYZERS,
        permission="access-analyzer:ListFindings",
    ),
)
