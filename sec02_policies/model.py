"""The nouns that every layer shares: gaps and Unknown, policies, results. Values only, no behaviour of AWS or CEL."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NoReturn, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Json = dict[str, Any] | list[Any] | str | int | bool | None


IAM_PREFIXES = {"sso-admin": "sso", "accessanalyzer": "access-analyzer", "opensearch": "es"}
"""Where the IAM action's prefix differs from botocore's service name (Service Authorization Reference)."""


_SERVICE_WORDS = {
    "analyzer": "access-analyzer",
    "cfn": "cloudformation",
    "ds": "directory-service",
    "events": "eventbridge",
    "idc": "identity-center",
    "logs": "cloudwatch",
    "org": "organizations",
    "secrets": "secretsmanager",
}

# The one operation whose action has another name than itself (its documentation says so).
_IAM_ACTIONS = {"accessanalyzer:ListFindingsV2": "access-analyzer:ListFindings"}


BEST_PRACTICES = {
    "SEC02-BP01": "Use strong sign-in mechanisms",
    "SEC02-BP02": "Use temporary credentials",
    "SEC02-BP03": "Store and use secrets securely",
    "SEC02-BP04": "Rely on a centralized identity provider",
    "SEC02-BP05": "Audit and rotate credentials periodically",
    "SEC02-BP06": "Employ user groups and attributes",
}
"""The best practices of question SEC02, by id (AWS Well-Architected Framework, Security Pillar)."""


class Status(StrEnum):
    """The verdict of one policy on one resource (README.md, Judge)."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    ERROR = "error"


class Severity(StrEnum):
    """How much a failing result matters; the order of the members is from worst to least."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for critical, 4 for info."""
        return list(Severity).index(self)


class GapKind(StrEnum):
    """Why a part of the snapshot could not be read."""

    DENIED = "denied"
    THROTTLED = "throttled"
    TRUNCATED = "truncated"
    UNSUPPORTED_REGION = "unsupported_region"
    NOT_REQUESTED = "not_requested"
    FAILED = "failed"
    REDACTED = "redacted"
    STALE = "stale"
    UNPARSED = "unparsed"


# The code of a gap where a text would have been searched for secrets.
NO_DETECTOR = "NoSecretsExtra"
_ATTESTATION = "attestation:"
_ATTESTED = {
    "NotAttested": "no API tells, and nobody has attested it (sec02 collect --attest)",
    "AttestationsDisagree": "two attestations of one time disagree",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One part of a snapshot that could not be read, and why.

    `resource_id` None and `field` None: the whole collection (or its rest, for `truncated`) in that account and region.
    `resource_id` None and `field` set: that field of every resource of the collection that lacks it.
    `field` may be a path of members joined by dots. `api` is `service:Operation`, `code` the error code of the service.
    """

    id: str
    collection: str
    account_id: str
    region: str
    resource_id: str | None
    field: str | None
    api: str
    code: str
    kind: GapKind

    @property
    def permission(self) -> str:
        """The IAM action to grant, such as `sso:ListInstances` for the operation `sso-admin:ListInstances`."""
        if self.api in _IAM_ACTIONS:
            return _IAM_ACTIONS[self.api]
        service, _, operation = self.api.partition(":")
        return f"{IAM_PREFIXES.get(service, service)}:{operation}"

    @property
    def sentence(self) -> str:
        """What happened, for people: the operation and the code that it answered."""
        if self.api.startswith(_ATTESTATION):
            return f"{self.api.removeprefix(_ATTESTATION)}: {_ATTESTED.get(self.code, self.code)}"
        if self.code == NO_DETECTOR:
            return f"{self.api}: nothing to search its text with (pip install 'sec02-policies[secrets]')"
        if self.code == "NotRequested":
            return f"{self.api} was not requested"
        return f"{self.api} answered {self.code}" if self.code else f"{self.api}: {self.kind.value}"


class Unknown(Exception):  # noqa: N818 - a value that is missing, raised in place of it; not an error
    """A value that could not be read: raised wherever CEL or a fact touches it, with the gaps that hide it."""

    def __init__(self, gaps: Iterable[Gap]) -> None:
        """Keep the gaps without duplicates, in the order of their ids."""
        self.gaps: tuple[Gap, ...] = tuple(sorted(set(gaps), key=lambda gap: gap.id))
        super().__init__(self.gaps)

    @classmethod
    def merged(cls, unknowns: Iterable[Unknown]) -> Self:
        """One Unknown that names the gaps of all."""
        return cls(gap for unknown in unknowns for gap in unknown.gaps)

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Gap, ...]]]:
        return type(self), (self.gaps,)


class PartialMap(dict[str, Any]):
    """A JSON object of which some members are Unknown; costs nothing for members that are there.

    Reading a hidden member raises `Unknown`; so does anything that needs all members (length, iteration, equality).
    """

    __slots__ = ("hidden",)

    def __init__(self, members: Mapping[str, Any], hidden: Mapping[str, tuple[Gap, ...]]) -> None:
        """`hidden` maps the name of each member that could not be read to its gaps."""
        super().__init__(members)
        self.hidden = dict(hidden)

    def __missing__(self, key: str) -> NoReturn:
        if key in self.hidden:
            raise Unknown(self.hidden[key])
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        if key in self.hidden:
            raise Unknown(self.hidden[str(key)])
        return dict.__contains__(self, key)

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - as dict.get
        """As `dict.get`, but a hidden member raises `Unknown`."""
        if key in self.hidden:
            raise Unknown(self.hidden[key])
        return dict.get(self, key, default)

    def _all_hidden(self) -> NoReturn:
        raise Unknown(gap for gaps in self.hidden.values() for gap in gaps)

    def __len__(self) -> int:  # noqa: PLE0303 - raises
        self._all_hidden()

    def __iter__(self) -> Iterator[str]:
        self._all_hidden()

    def __eq__(self, other: object) -> bool:
        self._all_hidden()

    def __ne__(self, other: object) -> bool:
        self._all_hidden()

    def __bool__(self) -> bool:
        return True

    def keys(self) -> NoReturn:
        """Raise: the names of all members are not known."""
        self._all_hidden()

    def values(self) -> NoReturn:
        """Raise: the values of all members are not known."""
        self._all_hidden()

    def items(self) -> NoReturn:
        """Raise: the members are not all known."""
        self._all_hidden()

    def known(self) -> dict[str, Any]:
        """The members that were read, as a plain dict."""
        return {key: dict.__getitem__(self, key) for key in dict.__iter__(self)}

    __hash__ = None

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.known(), self.hidden)


class PartialList(list[Any]):
    """A JSON array of which only a part was read: the known items, then an Unknown rest."""

    __slots__ = ("gaps",)

    def __init__(self, items: Iterable[Any], gaps: Iterable[Gap]) -> None:
        """`gaps` say why the rest could not be read."""
        super().__init__(items)
        self.gaps = tuple(gaps)

    def known(self) -> list[Any]:
        """The items that were read, as a plain list."""
        return list(list.__iter__(self))

    def _rest(self) -> NoReturn:
        raise Unknown(self.gaps)

    def __iter__(self) -> Iterator[Any]:
        yield from list.__iter__(self)
        self._rest()

    def __contains__(self, item: object) -> bool:
        return any(item == each for each in list.__iter__(self)) or self._rest()

    def __len__(self) -> int:  # noqa: PLE0303 - raises
        self._rest()

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - as list
        self._rest()

    def __eq__(self, other: object) -> bool:
        self._rest()

    def __ne__(self, other: object) -> bool:
        self._rest()

    def __add__(self, other: Any) -> Any:  # noqa: ANN401 - as list
        self._rest()

    def __radd__(self, other: Any) -> Any:  # noqa: ANN401 - as list
        self._rest()

    def __bool__(self) -> bool:
        return True

    __hash__ = None

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.known(), self.gaps)


class Control(StrEnum):
    """What kind of control a policy describes."""

    PREVENTIVE = "preventive"
    DETECTIVE = "detective"
    RESPONSIVE = "responsive"


class Identity(StrEnum):
    """Whose authentication a policy is about."""

    HUMAN = "human"
    MACHINE = "machine"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A parameter of a policy: its JSON Schema and the value that holds unless a user gives another."""

    name: str
    schema: Mapping[str, Any]
    default: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Remediation:
    """How to make a failing resource compliant: words, and where they exist command lines, Terraform, CloudFormation.

    Each of `before`, `cli`, `after` and `rollback` is one command of the AWS CLI on each line. `before` must be done
    ahead of `cli` (a new key), `after` once `cli` has proved harmless (deleting what was deactivated). `phase` places
    `cli` in a plan; without it the operation tells. `warning` says what may stop working.
    """

    text: str
    cli: str | None = None
    terraform: str | None = None
    cloudformation: str | None = None
    before: str | None = None
    after: str | None = None
    rollback: str | None = None
    phase: str | None = None
    warning: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy, as its file says it; CEL is kept as text. `resource` names one type or several."""

    id: str
    title: str
    best_practice: str
    severity: Severity
    maturity: int
    control: Control
    identity: Identity
    set: str
    frameworks: Mapping[str, tuple[str, ...]]
    peers: Mapping[str, tuple[str, ...]]
    params: Mapping[str, Param]
    resource: tuple[str, ...]
    when: str | None
    variables: Mapping[str, str]
    condition: str
    message: str | None
    evidence: Mapping[str, str]
    rationale: str
    remediation: Remediation
    references: tuple[str, ...]
    path: str
    sha256: str

    @property
    def service(self) -> str:
        """The service that the policy is about; its id begins with that name, or with a short form of it."""
        word = self.id.partition("-")[0]
        return _SERVICE_WORDS.get(word, word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The verdict of one policy on one resource, or on a scope where `resource_id` is None (results.schema.json)."""

    policy_id: str
    best_practice: str
    severity: Severity
    status: Status
    resource_type: str
    resource_id: str | None
    resource_name: str | None
    resource_arn: str | None
    account_id: str
    region: str
    message: str
    evidence: Mapping[str, Any]
    gaps: tuple[Gap, ...]
    waived_by: str | None
    fingerprint: str
