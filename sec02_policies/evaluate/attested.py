"""What no API of AWS tells: the newest attestation of a key, as CEL's `attested(key)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sec02_policies import cel
from sec02_policies.cel import types
from sec02_policies.evaluate.context import age_days, current
from sec02_policies.model import Gap, GapKind, Unknown

if TYPE_CHECKING:
    from sec02_policies.evaluate.context import Context

_ATTESTATION = types.ObjectType(
    name="attestation",
    fields={
        "value": types.Field(type=types.STRING),
        "by": types.Field(type=types.STRING),
        "at": types.Field(type=types.TIMESTAMP_TEXT),
        "age_days": types.Field(type=types.INT),
    },
)


def attested(key: str) -> dict[str, Any]:
    """The newest attestation of that key; raises `Unknown` where there is none, or two of one time that disagree.

    One that is later than `now` does not count: an evaluation as of an earlier time may not know of it.
    """
    context = current()
    made = [
        each
        for each in context.snapshot.document["attestations"]
        if each["key"] == key and each["at"] <= context.evaluated_at
    ]
    if not made:
        raise Unknown([_gap(context, key, "NotAttested")])
    newest = max(each["at"] for each in made)
    last = [each for each in made if each["at"] == newest]
    if len({each["value"] for each in last}) > 1:
        raise Unknown([_gap(context, key, "AttestationsDisagree")])
    return {"value": last[0]["value"], "by": last[0]["by"], "at": newest, "age_days": age_days(newest)}


def _gap(context: Context, key: str, code: str) -> Gap:
    return Gap(
        id=f"attestation:{key}",
        collection="attestations",
        account_id=context.snapshot.account_id,
        region="global",
        resource_id=None,
        field=key,
        api=f"attestation:{key}",
        code=code,
        kind=GapKind.NOT_REQUESTED,
    )


FUNCTION = cel.Function(
    name="attested",
    parameters=(types.STRING,),
    result=_ATTESTATION,
    implementation=attested,
    doc="The newest attestation {value, by, at, age_days} of a key; Unknown where there is none.",
)
