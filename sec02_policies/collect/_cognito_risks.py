"""How a user pool answers to risks: known passwords, odd sign-ins, addresses that are blocked or let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.collect._outcome import Failure, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sec02_policies.collect._reader import Reader

_RISK = "cognito-idp:DescribeRiskConfiguration"

_RISK_PARTS = (
    "CompromisedCredentialsRiskConfiguration",
    "AccountTakeoverRiskConfiguration",
    "RiskExceptionConfiguration",
)


def risks(reader: Reader, pool: Record, unlisted: Failure | None, clients: Iterable[Record]) -> Record:
    """The pool's own answer to risks, and that of each client that has one; there is none without threat protection."""
    if pool.get("advanced_security_mode") == "OFF":
        # The operation answers UserPoolAddOnNotEnabledException, and what was set before is not in force.
        return {"risk_configurations": [], "risk_exceptions": []}
    found = {client: _risk(reader, pool, client) for client in (None, *(each.get("ClientId") for each in clients))}
    failure = next((each for each in found.values() if isinstance(each, Failure)), unlisted)
    if failure is not None:
        return {"risk_configurations": failure, "risk_exceptions": failure}
    own = {client: each for client, each in found.items() if isinstance(each, dict)}
    ordered = sorted(own, key=lambda client: (client is not None, client or ""))
    return {
        "risk_configurations": [_risk_configuration(client, own[client]) for client in ordered],
        "risk_exceptions": [
            _risk_exception(client, exceptions)
            for client in ordered
            if (exceptions := own[client].get("RiskExceptionConfiguration"))
        ],
    }


def _risk(reader: Reader, pool: Record, client_id: str | None) -> Record | Failure | None:
    """What AWS says of the risks of the pool or of one client; None where it has no configuration of its own."""
    chosen = {} if client_id is None else {"ClientId": client_id}
    answer = reader.read(_RISK, pool["region"], UserPoolId=pool["user_pool_id"], **chosen)
    if not isinstance(answer, dict):
        return answer
    raw: Record = answer["RiskConfiguration"]
    # A client without settings of its own may be answered with those of its pool, or with an empty shell.
    return raw if raw.get("ClientId") == client_id and any(raw.get(name) for name in _RISK_PARTS) else None


def _risk_configuration(client_id: str | None, raw: Record) -> Record:
    compromised = raw.get("CompromisedCredentialsRiskConfiguration")
    takeover = raw.get("AccountTakeoverRiskConfiguration")
    return {
        "client_id": client_id,
        "compromised_credentials": _compromised_credentials(compromised) if compromised else None,
        "account_takeover": _account_takeover(takeover) if takeover else None,
    }


def _risk_exception(client_id: str | None, raw: Record) -> Record:
    return {
        "client_id": client_id,
        "blocked_ip_ranges": sorted(raw.get("BlockedIPRangeList") or ()),
        "skipped_ip_ranges": sorted(raw.get("SkippedIPRangeList") or ()),
    }


def _compromised_credentials(raw: Record) -> Record:
    every = ["PASSWORD_CHANGE", "SIGN_IN", "SIGN_UP"]
    return {
        # "Defaults to all events."
        "events": sorted(raw.get("EventFilter") or every),
        "action": (raw.get("Actions") or {}).get("EventAction"),
    }


def _account_takeover(raw: Record) -> Record:
    actions = raw.get("Actions") or {}
    return {
        level: (actions.get(f"{level.capitalize()}Action") or {}).get("EventAction")
        for level in ("low", "medium", "high")
    }
