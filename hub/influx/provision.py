"""Prepares an InfluxDB 2: buckets, how long they keep, names for InfluxQL, and tokens that may do no more than needed.

Done again it changes nothing. Loading this takes a second: import it where it is needed.
"""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.authorization import Authorization
from influxdb_client.domain.bucket import Bucket as ServerBucket
from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.domain.dbrp_create import DBRPCreate
from influxdb_client.domain.permission import Permission
from influxdb_client.domain.permission_resource import PermissionResource
from influxdb_client.rest import ApiException
from influxdb_client.service.dbr_ps_service import DBRPsService
from pydantic import SecretStr
from urllib3.exceptions import HTTPError

from hub.errors import InsoleHubError
from hub.influx.address import DatabaseAddress
from hub.influx.probe import database_trouble
from hub.influx.schema import Bucket

DAYS = {Bucket.LASTING: 0, Bucket.STEPS: 90}
"""How long a new bucket keeps its points; 0: for ever."""

_DAY_S = 86_400
_ANSWER_MS = 10_000
_POLICY = "autogen"


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to be.

    Parameters
    ----------
    address : where, with the administrator's token.
    days : how long each bucket keeps its points, 0 for ever; one that is not named is made with ``DAYS``, and left as
        it is where it is there already.
    token_file : the hub's token, which may write to the buckets.
    reader_file : a token that may read them, for dashboards; None: not wanted.
    holder : who gets the tokens, in their description, so that one of many can be found and taken away.
    """

    address: DatabaseAddress
    days: Mapping[Bucket, int]
    token_file: Path
    reader_file: Path | None = None
    holder: str = ""


def provision(plan: Plan) -> Iterator[str]:
    """Do it, and say of each thing what was done.

    Raises
    ------
    InsoleHubError
        It cannot be done, and what to do about it.
    """
    address = plan.address
    token = address.token.get_secret_value() if address.token else ""
    certificate = None if address.ca_file is None else str(address.ca_file)
    with InfluxDBClient(address.url, token, org=address.org, timeout=_ANSWER_MS, ssl_ca_cert=certificate) as client:
        try:
            yield _version(client)
            org_id = _org(client, address.org)
            buckets: list[PermissionResource] = []
            for bucket, name in address.buckets.items():
                made, said = _bucket(client, org_id, name, plan.days.get(bucket), DAYS[bucket])
                buckets.append(PermissionResource("buckets", str(made.id), org_id=org_id))
                yield said
                yield _mapping(client, org_id, name, str(made.id))
            if _may_write(address, _token_in(plan.token_file)):
                yield f"{plan.token_file}: holds a token that may write"
            else:
                yield _new_token(client, buckets, plan.token_file, "write", plan.holder)
            if plan.reader_file is not None and _may_read(address, _token_in(plan.reader_file)):
                yield f"{plan.reader_file}: holds a token that may read"
            elif plan.reader_file is not None:
                yield _new_token(client, buckets, plan.reader_file, "read", plan.holder)
        except ApiException as error:
            raise InsoleHubError(f"{address}: {_refusal(error)}") from error
        except HTTPError as error:
            message = f"{address}: cannot be reached ({type(error).__name__}); is it running, and is --url right?"
            raise InsoleHubError(message) from error


def _version(client: InfluxDBClient) -> str:
    version = str(client.version())
    if not version.lstrip("v").startswith("2"):
        message = (
            f"{client.url} is InfluxDB {version}; this is for 2.x, and docs/influxdb.md says how to prepare others"
        )
        raise InsoleHubError(message)
    return f"InfluxDB {version.lstrip('v')} at {client.url}"


def _org(client: InfluxDBClient, name: str) -> str:
    orgs = {org.name: str(org.id) for org in client.organizations_api().find_organizations()}
    if name not in orgs:
        known = ", ".join(orgs) or "none that this token sees"
        raise InsoleHubError(f"there is no organization {name!r}; known: {known}; name one with --org")
    return orgs[name]


def _bucket(
    client: InfluxDBClient, org_id: str, name: str, wanted_days: int | None, usual_days: int
) -> tuple[ServerBucket, str]:
    api = client.buckets_api()
    found = next((each for each in api.find_buckets_iter(org_id=org_id) if each.name == name), None)
    if found is None:
        days = usual_days if wanted_days is None else wanted_days
        rules = BucketRetentionRules(every_seconds=days * _DAY_S)
        made = api.create_bucket(bucket_name=name, retention_rules=rules, org=org_id, description="Insole Hub")
        return made, f"bucket {name}: made, keeps {_kept(days * _DAY_S)}"
    has_s = int(found.retention_rules[0].every_seconds) if found.retention_rules else 0
    if wanted_days is None or wanted_days * _DAY_S == has_s:
        return found, f"bucket {name}: is there, keeps {_kept(has_s)}"
    found.retention_rules = [BucketRetentionRules(every_seconds=wanted_days * _DAY_S)]
    api.update_bucket(found)
    return found, f"bucket {name}: keeps {_kept(wanted_days * _DAY_S)} now, not {_kept(has_s)}"


def _kept(seconds: int) -> str:
    return f"{seconds / _DAY_S:g} days" if seconds else "for ever"


def _mapping(client: InfluxDBClient, org_id: str, database: str, bucket_id: str) -> str:
    """InfluxQL knows databases and retention policies; a mapping says which bucket is meant."""
    service = DBRPsService(client.api_client)
    there = [each for each in service.get_dbr_ps(org_id=org_id, db=database).content if not each.virtual]
    if any(each.bucket_id == bucket_id and each.default for each in there):
        return f"InfluxQL database {database}: is there"
    if there:
        message = f"the InfluxQL database {database!r} belongs to another bucket (`influx v1 dbrp list` shows it)"
        raise InsoleHubError(f"{message}; delete it, or name other buckets")
    service.post_dbrp(
        DBRPCreate(org_id=org_id, bucket_id=bucket_id, database=database, retention_policy=_POLICY, default=True)
    )
    return f"InfluxQL database {database}: made"


def _new_token(client: InfluxDBClient, buckets: list[PermissionResource], path: Path, action: str, holder: str) -> str:
    permissions = [Permission(action, each) for each in buckets]
    asked: Any = Authorization(org_id=buckets[0].org_id, permissions=permissions)
    asked.description = f"Insole Hub, {action}" + (f", for {holder}" if holder else "")
    _write_private(path, str(client.authorizations_api().create_authorization(authorization=asked).token))
    return f"{path}: a new token that may {action} these buckets, and nothing else"


def _token_in(path: Path) -> str:
    try:
        text = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise InsoleHubError(f"{path} cannot be read ({error}); name another file") from error
    if len(text.split()) > 1:
        raise InsoleHubError(f"{path} holds something else than a token; name another file")
    return text


def _write_private(path: Path, token: str) -> None:
    """Replace the file at once or not at all; from the first moment nobody but its owner may read it."""
    beside = path.with_name(path.name + ".new")
    try:
        with suppress(FileNotFoundError):
            beside.unlink()
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(token + "\n")
        beside.replace(path)
    except OSError as error:
        raise InsoleHubError(f"{path} cannot be written: {error.strerror}; name another file") from error


def _may_write(address: DatabaseAddress, token: str) -> bool:
    if not token:
        return False
    return asyncio.run(database_trouble(replace(address, token=SecretStr(token)))) is None


def _may_read(address: DatabaseAddress, token: str) -> bool:
    if not token:
        return False
    certificate = None if address.ca_file is None else str(address.ca_file)
    with InfluxDBClient(address.url, token, org=address.org, timeout=_ANSWER_MS, ssl_ca_cert=certificate) as client:
        try:
            for name in address.buckets.values():
                client.buckets_api().find_buckets(name=name)
        except ApiException:
            return False
    return True


def _refusal(error: ApiException) -> str:
    said = f" ({error.message})" if error.message else ""
    match error.status:
        case 401:
            return f"it does not accept the administrator's token{said}"
        case 403:
            return f"this token may not do that{said}; take one that may do everything in the organization"
        case _:
            return f"it does not do that ({error.status}){said}"
