"""Saved output of the AWS CLI -> snapshot document: a session that answers from files, and the collector upon it.

A file is named as the CLI's command, `get-account-authorization-details.json`; the answer about one thing of several
carries its name, `list-access-keys.alice.json`. It belongs to IAM, or to the service of the folder that it is in:
`secretsmanager/list-secrets.json`. A folder may also name the region.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from itertools import permutations, product
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from sec02_policies.collect._operations import OPERATIONS
from sec02_policies.collect._outcome import NOT_SAVED, Record
from sec02_policies.collect._plan import CALLER, is_global
from sec02_policies.collect._saved_values import SavedValueError, converted
from sec02_policies.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import OperationModel

_REPORT = "iam:GetCredentialReport"
_REPORT_FILE = "credential-report.csv"
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_ODD = re.compile(r"[^A-Za-z0-9_.@+=-]")
# What the CLI says of an error, where its error output was saved too.
_REFUSED = re.compile(r"^\s*(?:aws: \[ERROR\]: )?An error occurred \((\w+)\) when calling the (\w+) operation")
_PARAMS = "sec02_saved_params"
# Containers of what a call is about: an account has few of them, and file names seldom tell.
_CONTAINERS = frozenset({"InstanceArn", "IdentityStoreId", "VersionId"})
_MOST_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """One file that answers an operation: the region of its folder, and what it is about (empty: nothing named)."""

    path: str
    api: str
    region: str | None
    about: str
    data: bytes


class SavedAnswers:
    """Saved files by the operation that they answer."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """`files` maps paths, relative to the folder and with slashes, to bytes; raises `InputError` for twins."""
        self._files: dict[tuple[str, str | None, str], SavedFile] = {}
        unused: list[str] = []
        own = {_kebab(each) for each in _secluded().get_service_model("iam").operation_names}
        for path in sorted(files):
            found = _recognized(path, files[path], own)
            if found is None:
                unused.append(path)
                continue
            twin = self._files.setdefault((found.api, found.region, found.about), found)
            if twin is not found:
                raise InputError(path, f"a second answer beside {twin.path}", "one file for each answer")
        self.unused: tuple[str, ...] = tuple(unused)

    @property
    def apis(self) -> frozenset[str]:
        """The operations that at least one file answers."""
        return frozenset(api for api, _, _ in self._files)

    @property
    def unplaced(self) -> tuple[str, ...]:
        """The files of services with regions that are in no region's folder."""
        found = (each for (api, region, _), each in self._files.items() if region is None and not _is_global(api))
        return tuple(sorted(each.path for each in found))

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that folders name."""
        return tuple(sorted({region for _, region, _ in self._files if region}))

    def find(self, api: str, region: str, parameters: Mapping[str, Any], *, home: str) -> SavedFile | None:
        """The file that answers the call in that region, if any; one in no region's folder is of the region `home`."""
        places = (None,) if _is_global(api) else (region, None) if region == home else (region,)
        for place in places:
            for about in _names_of(parameters):
                if (api, place, about) in self._files:
                    return self._files[api, place, about]
        return None


def file_name(api: str, *about: str) -> str:
    """The path of the file that answers the operation, about these things, in no region's folder."""
    service, _, operation = api.partition(":")
    folder = "" if service in ("iam", "sts") else f"{service}/"
    return f"{folder}{'.'.join([_kebab(operation), *map(_sane, about)])}.json"


def saved_session(answers: SavedAnswers, *, account_id: str, home: str) -> boto3.Session:
    """A session that knows no environment and no endpoint; what was not saved answers with the error `NotSaved`."""
    inner = _secluded()
    inner.set_credentials("saved", "saved")
    session = boto3.Session(botocore_session=inner, region_name=home)
    responder = _Responder(answers, account_id=account_id, home=home)
    session.events.register("provide-client-params", responder.remember)
    # boto3's stubs say None, but botocore takes the first answer that is not None.
    session.events.register_last("before-call", responder.answer)  # type: ignore[arg-type]
    return session


def _secluded() -> botocore.session.Session:
    """A botocore session that knows neither the environment nor the files of the machine."""
    nowhere = {name: (None, None, each[2], None) for name, each in botocore.session.Session.SESSION_VARIABLES.items()}
    nowhere |= dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    return botocore.session.Session(session_vars=nowhere)


class _Responder:
    """Answers each call of a session from the saved files, and lets none leave the machine."""

    def __init__(self, answers: SavedAnswers, *, account_id: str, home: str) -> None:
        self._answers = answers
        self._account_id = account_id
        self._home = home

    def remember(self, **event: Any) -> None:  # noqa: ANN401 - botocore gives what it likes
        """Keep the parameters, which `before-call` only gives in the form of the wire."""
        event["context"][_PARAMS] = dict(event["params"])

    def answer(self, **event: Any) -> tuple[AWSResponse, Record]:  # noqa: ANN401 - as above
        """The saved answer, which may be an error, or the error `NotSaved`."""
        answer = self._found(event["model"], event["context"]) or _error(NOT_SAVED)
        status = 400 if "Error" in answer else 200
        metadata = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
        response = AWSResponse(event["params"]["url"], status, HTTPHeaders(), None)
        return response, {**answer, "ResponseMetadata": metadata}

    def _found(self, model: OperationModel, context: Mapping[str, Any]) -> Record | None:
        api = f"{model.service_model.service_name}:{model.name}"
        parameters: Mapping[str, Any] = context[_PARAMS]
        if api == CALLER and CALLER not in self._answers.apis:
            return {"Account": self._account_id}
        operation = OPERATIONS[api]
        if operation.paging is not None and operation.paging.request in parameters:
            # What the CLI saves is whole, or says with a token that it is not.
            return None
        file = self._answers.find(api, context["client_region"], parameters, home=self._home)
        if file is None:
            return None
        answer = _parsed(file, model)
        if operation.paging is not None and "NextToken" in answer:
            answer.setdefault(operation.paging.answer, answer["NextToken"])
        return None if _of_another(answer, parameters) else answer


def _error(code: str) -> Record:
    return {"Error": {"Code": code, "Message": "as saved"}}


def _parsed(file: SavedFile, model: OperationModel) -> Record:
    """What the operation answered, from its file; raises `InputError` for what it cannot have answered."""
    if file.path.endswith(".csv"):
        return {"Content": file.data}
    text = file.data.decode("utf-8-sig", errors="replace")
    if (refused := _REFUSED.search(text)) and refused[2] == model.name:
        return _error(refused[1])
    try:
        raw = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise InputError(file.path, "not JSON", f"what `aws ... {_kebab(model.name)} --output json` prints") from None
    if model.output_shape is None:
        return {}
    try:
        answer: Record = converted(model.output_shape, raw)
    except SavedValueError as fault:
        where = f"{file.path}: {fault.place}"
        raise InputError(where, "not what the operation answers", fault.expected) from None
    token = raw.get("NextToken")
    return {**answer, "NextToken": token} if isinstance(token, str) and token else answer


def _of_another(answer: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    """Whether the answer itself says that it is about another thing than the call."""
    inner = [each for each in answer.values() if isinstance(each, dict)]
    said = ((each[name], value) for name, value in parameters.items() for each in (answer, *inner) if name in each)
    return any(isinstance(value, str) and own != value and not value.endswith(f"/{own}") for own, value in said)


# ---------------------------------------------------------------- names of files


def _recognized(path: str, data: bytes, own: set[str]) -> SavedFile | None:
    """The file with the operation that it answers; `own` are IAM's commands, to which files in no folder belong."""
    *folders, name = path.split("/")
    stem, _, kind = name.rpartition(".")
    region = next((each for each in folders if _REGION.fullmatch(each)), None)
    if name.replace("_", "-").lower() == _REPORT_FILE:
        return SavedFile(path=path, api=_REPORT, region=None, about="", data=data)
    command, _, about = stem.partition(".")
    command = command.replace("_", "-").lower()
    services = {each.service for each in OPERATIONS.values()}
    service = next((each for each in folders if each in services), None)
    named = [each for each in OPERATIONS.values() if _kebab(each.name) == command and service in (None, each.service)]
    if service is None and command in own:
        named = [each for each in named if each.service == "iam"]
    if kind != "json" or len(named) != 1:
        return None
    api = named[0].api
    return SavedFile(path=path, api=api, region=None if _is_global(api) else region, about=about, data=data)


def _is_global(api: str) -> bool:
    service = api.partition(":")[0]
    return service == "sts" or is_global(service)


def _names_of(parameters: Mapping[str, Any]) -> Iterator[str]:
    """What a file's name may say that it is about, the most telling first; once all that the call is about is named."""
    texts = {name: value for name, value in parameters.items() if isinstance(value, str)}
    needed = [_forms(value) for name, value in texts.items() if name not in _CONTAINERS]
    spare = [_forms(value) for name, value in texts.items() if name in _CONTAINERS]
    for parts in ([*needed, *spare], needed):
        if len(parts) <= _MOST_NAMES:
            for order in permutations(parts):
                yield from (".".join(each) for each in product(*order))


def _forms(value: str) -> list[str]:
    """A value as a part of a file's name: whole, and the last part of its ARN or path."""
    return list(dict.fromkeys([_sane(value), _sane(re.split("[:/]", value)[-1])]))


def _sane(text: str) -> str:
    return _ODD.sub("_", text)


def _kebab(operation: str) -> str:
    return xform_name(operation, "-")
