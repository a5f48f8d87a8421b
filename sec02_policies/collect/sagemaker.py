"""SageMaker AI: the notebook instances of each region, and whether their users are root."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Record, not_requested

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._reader import Reader

_LIST = "sagemaker:ListNotebookInstances"
_DESCRIBE = "sagemaker:DescribeNotebookInstance"
_TAGS = "sagemaker:ListTags"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the notebook instances of every region."""
    for region, listing in reader.in_regions(_LIST).items():
        builder.section("sagemaker_notebook", region, _LIST, listing.failure)
        builder.missing("sagemaker_notebook", region, "tags", not_requested(_TAGS))
        for resource in reader.each(partial(_notebook, reader, region), listing.items()):
            builder.add("sagemaker_notebook", resource)


def _notebook(reader: Reader, region: str, raw: Record) -> Record:
    answer = reader.read(_DESCRIBE, region, NotebookInstanceName=raw.get("NotebookInstanceName"))
    return {
        "id": raw.get("NotebookInstanceArn"),
        "name": raw.get("NotebookInstanceName"),
        "arn": raw.get("NotebookInstanceArn"),
        "region": region,
        "status": raw.get("NotebookInstanceStatus"),
        "root_access": answer.get("RootAccess") if isinstance(answer, dict) else answer,
    }
