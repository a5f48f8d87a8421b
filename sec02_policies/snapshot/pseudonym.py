"""Names -> pseudonyms: which words of a text are AWS's own, and the keyed pseudonym of every other word.

A text is cut at its separators, and each word is replaced for itself, so that what belongs together still does: the
name of a user, the last part of its ARN and the word in a statement become the same pseudonym. Wildcards and policy
variables stay. A pseudonym in lower case is the pseudonym of the word in lower case, as condition keys need it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from functools import cached_property
from typing import TYPE_CHECKING

from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection

MIN_KEY_BYTES = 16
_LENGTH = 16

_WORD = re.compile(r"\$\{[^}]*\}|[^\s:/|#*?\[\]{}()\"'<>;&$,]+")
_ACCOUNT = re.compile(r"[0-9]{12}")
_MOMENT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z")
# An IP address or a network, whose width policies judge.
_ADDRESS = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*)(?:/[0-9]{1,3})?")
_ARN_PARTS = 6
# What tells the kind of an id stays: `o-` of an organization, `AKIA` of an access key.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
_PREFIX = re.compile(
    r"((?:o|ou|r|p|d|ps|ssoins)-)(?=[a-z0-9])|"
    r"((?:ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|APKA|AROA|ASCA|ASIA)(?=[A-Z0-9]{12}))|"
    r"(AWSReservedSSO_)"
)
_REGION = r"[a-z]{2}(?:-[a-z]+)+-[0-9]"
# A region, a service principal, the issuer of a cluster: `lambda.amazonaws.com`, `oidc.eks.eu-west-1...`.
_SERVICE = re.compile(
    rf"[a-z0-9-]+(?:\.{_REGION})?\.amazonaws\.com(?:\.cn)?|oidc\.eks\.{_REGION}\.amazonaws\.com(?:\.cn)?"
    rf"|{_REGION}\.signin\.aws\.amazon\.com|{_REGION}"
)
_SERVICE_ROLE = re.compile(r"AWSServiceRoleFor\w+")
# Under these, the first labels are a customer's.
_TENANTS = re.compile(r"(.+?)(\.(?:amazonaws\.com|amazoncognito\.com|awsapps\.com|okta\.com|app\.spacelift\.io))")

_ARN_TYPES = """
account alias application assumed-role aws-reserved aws-service-role federated-user function group identitypool
instance instance-profile job-function key mfa oidc-provider ou organization permissionset policy
resource_control_policy role root saml-provider secret server-certificate service-role service_control_policy sms-mfa
trust-anchor trustedtokenissuer u2f user userpool
"""
_HOSTS = """
accounts.google.com agent.buildkite.com api.bitbucket.org api.pulumi.com api.twitter.com app.terraform.io
appleid.apple.com aws.amazon.com container.googleapis.com github.com gitlab.com graph.facebook.com localhost
login.microsoftonline.com oidc.circleci.com oidc.vercel.com signin.aws.amazon.com sts.windows.net
token.actions.githubusercontent.com vstoken.dev.azure.com www.amazon.com
"""
_OTHERS = """
127.0.0.1 arn aws aws.cognito.signin.user.admin cognito custom default email email_verified environment facebook false
global google heads http https inline loginwithamazon openid organization organizationaccountaccessrole
phone_number phone_number_verified profile project project_path pull_request ref refs repo saml secretsmanager
serviceaccount signinwithapple system true
"""
_PUBLIC = frozenset((_ARN_TYPES + _HOSTS + _OTHERS).split())


class Pseudonyms:
    """Replaces names by pseudonyms of one key: the same key gives the same ones, in every snapshot."""

    def __init__(self, key: bytes, *, accounts: bool, public: Collection[str] = ()) -> None:
        """`accounts`: account ids get pseudonyms too. `public` are further words that stay, whatever their case."""
        if len(key) < MIN_KEY_BYTES:
            raise InputError("redaction key", f"{len(key)} bytes", f"at least {MIN_KEY_BYTES} random bytes")
        self._key = key
        self._accounts = accounts
        self._public = _PUBLIC | {each.lower() for each in public}
        self._known: dict[str, str] = {}

    @cached_property
    def key_id(self) -> str:
        """What tells two keys apart and tells nothing else of them."""
        return _letters(self._digest("key", ""))

    def text(self, text: str) -> str:
        """The text with a pseudonym in place of every word that is not AWS's own."""
        if text not in self._known:
            self._known[text] = self._replaced(text)
        return self._known[text]

    def condition_key(self, key: str) -> str:
        """The condition key; only those of a customer's own issuer hold a name, before the last colon."""
        issuer, colon, claim = key.rpartition(":")
        return f"{self.text(issuer)}{colon}{claim}" if "." in issuer else key

    def _replaced(self, text: str) -> str:
        if _MOMENT.fullmatch(text) or _ADDRESS.fullmatch(text.lower()):
            return text
        parts = text.split(":", _ARN_PARTS - 1)
        if parts[0] != "arn" or len(parts) < _ARN_PARTS:
            return _WORD.sub(self._word, text)
        *head, account, rest = parts
        if account == "aws":
            return text
        return ":".join([*head, _WORD.sub(self._word, account), _WORD.sub(self._word, rest)])

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        if word.startswith("${"):
            name, comma, default = word.partition(",")
            return f"{name}{comma}{_WORD.sub(self._word, default)}"
        if word.lower() in self._public or _SERVICE.fullmatch(word) or _SERVICE_ROLE.fullmatch(word):
            return word
        if _ACCOUNT.fullmatch(word):
            return self._account(word)
        if tenant := _TENANTS.fullmatch(word):
            return f"{self._pseudonym(tenant[1])}{tenant[2]}"
        prefix = _PREFIX.match(word)
        start = prefix[0] if prefix else ""
        return f"{start}{self._pseudonym(word[len(start) :])}"

    def _account(self, account_id: str) -> str:
        if not self._accounts:
            return account_id
        return f"{int.from_bytes(self._digest('account', account_id)[:8]) % 10**12:012d}"

    def _pseudonym(self, word: str) -> str:
        """The pseudonym: its letters tell the word whatever its case, their case tells the case of the word."""
        folded = word.lower()
        letters = _letters(self._digest("name", folded))
        if word == folded:
            return letters
        cases = int.from_bytes(self._digest("case", word)[:4]) | 1 << letters.index(_first_letter(letters))
        return "".join(each.upper() if cases >> place & 1 else each for place, each in enumerate(letters))

    def _digest(self, purpose: str, text: str) -> bytes:
        return _keyed_digest(self._key, purpose, text)


def keyed(key: bytes, purpose: str, text: str) -> str:
    """16 letters and digits that tell two texts apart for those who have the key, and nothing to others."""
    return _letters(_keyed_digest(key, purpose, text))


def _keyed_digest(key: bytes, purpose: str, text: str) -> bytes:
    return hmac.digest(key, f"{purpose}:{text}".encode("utf-8", "surrogatepass"), hashlib.sha256)


def _letters(digest: bytes) -> str:
    return base64.b32encode(digest).decode("ascii")[:_LENGTH].lower()


def _first_letter(letters: str) -> str:
    """The first letter; one upper-case letter at least shows that a word was not in lower case."""
    return next((each for each in letters if each.isalpha()), letters[0])
