"""Writes lines into an InfluxDB, and tells by its answer whether to try again, wait for somebody, or give lines up.

Loading this takes a second and 20 MB, which a hub without a database is spared: import it where it is needed.
"""

import json
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from influxdb_client.rest import ApiException

from hub.errors import RejectedError
from hub.influx.address import DatabaseAddress
from hub.influx.errors import BusyError, ClosedError
from hub.influx.schema import Bucket, Tag
from hub.support.certificates import OUT_OF_DATE

ANSWER_S = 30.0
"""A database that has not answered by then is taken for stalled; a small machine may take some seconds."""

_OUTLIVED = re.compile(r"retention policy.*dropped=(\d+)", re.DOTALL)
_NO_POLICY = "retention policy not found"
_NOTHING_TO_WRITE = b"incoming write was empty"
_OF_THE_LINES = {400, 413, 422}
_SETTING_UP = "`insole-hub influxdb setup` prepares a 2.x, docs/influxdb.md tells of 1.8 and 3"
_MOST_SAID = 300


class Database:
    """A connection to one server; ``async with``. It may come and go meanwhile."""

    def __init__(self, address: DatabaseAddress) -> None:
        self.address = address

    async def __aenter__(self) -> Self:
        """Have a client; nothing is connected yet.

        Raises
        ------
        OSError
            The certificate authority cannot be read.
        """
        token = self.address.token
        self._client = InfluxDBClientAsync(
            self.address.url,
            token.get_secret_value() if token else "",
            self.address.org or "-",
            timeout=int(ANSWER_S * 1000),
            ssl_ca_cert=None if self.address.ca_file is None else str(self.address.ca_file),
            allow_redirects=False,  # a token goes to nobody else
        )
        self._writes = self._client.write_api()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._client.close()

    async def write(self, bucket: Bucket, lines: Sequence[str]) -> int:
        """Write lines. Gives how many of them the database has outlived: they are older than it keeps points.

        Raises
        ------
        BusyError
            It cannot take them now.
        ClosedError
            It lets nobody in, or not to this bucket.
        RejectedError
            It will never take one or more of the lines; whether it took the others is not known.
        """
        body = "\n".join(lines).encode("utf-8", "replace")
        try:
            await self._writes.write(self.address.buckets[bucket], record=body)
        except ApiException as error:
            return self._judge(bucket, int(error.status), error.headers or {}, _said(error.body))
        except (aiohttp.ClientError, OSError) as error:
            raise BusyError(str(self.address), _cause(error, self.address.url)) from error
        return 0

    async def erase(self, bucket: Bucket, wearer: str) -> None:
        """Delete every point of a wearer, as 2.x can; the token that may write there may do it.

        Raises
        ------
        BusyError
            It cannot do it now.
        ClosedError
            It lets nobody in, or it is none that deletes so: other versions must be told there.
        """
        named = wearer.replace("\\", "\\\\").replace('"', '\\"')
        first, last = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
        name = self.address.buckets[bucket]
        try:
            await self._client.delete_api().delete(first, last, f'{Tag.WEARER.value}="{named}"', name)
        except ApiException as error:
            if int(error.status) == 404 and _said(error.body) is None:
                statement = f"""DELETE WHERE "{Tag.WEARER.value}" = '{wearer}'"""
                text = f"only 2.x deletes from outside; on 1.x say {statement} in {name!r}, docs/influxdb.md tells more"
                raise ClosedError(str(self.address), text) from error
            try:
                self._judge(bucket, int(error.status), error.headers or {}, _said(error.body))
            except RejectedError as rejected:
                raise ClosedError(str(self.address), f"it does not delete: {rejected}") from error
        except (aiohttp.ClientError, OSError) as error:
            raise BusyError(str(self.address), _cause(error, self.address.url)) from error

    def _judge(self, bucket: Bucket, status: int, headers: Mapping[str, str], said: str | None) -> int:
        outlived = _OUTLIVED.search(said or "")
        if status in _OF_THE_LINES and outlived is not None:
            return int(outlived[1])
        if status in _OF_THE_LINES and (said is not None or status == 413):
            raise RejectedError(str(self.address), (said or "too long")[:_MOST_SAID])
        name, told = self.address.buckets[bucket], f", {said[:_MOST_SAID]}" if said else ""
        is_missing = said is not None and (status == 404 or said.startswith(_NO_POLICY))  # the latter is a 500 of 1.x
        if not is_missing and (status in {408, 429} or status >= 500):
            pause_s = float(after) if (after := headers.get("Retry-After", "")).isdecimal() else 0.0
            raise BusyError(str(self.address), f"it cannot take points now ({status}{told}); see its log", pause_s)
        match status:
            case 401:
                text = "it does not accept the token, or user and password; check those of [influxdb]"
            case 403:
                text = f"the token or user may not write to {name!r}{told}; {_SETTING_UP}"
            case _ if is_missing:
                text = f"it has no {name!r}{told}; check influxdb.org and buckets; {_SETTING_UP}"
            case _:
                text = f"it does not answer as an InfluxDB does ({status}{told}); check influxdb.url"
        raise ClosedError(str(self.address), text)


def _said(body: bytes | None) -> str | None:
    """What an InfluxDB says is wrong; None where it is not one that speaks."""
    try:
        answer = json.loads(body or b"")
    except ValueError:
        return _NOTHING_TO_WRITE.decode() if body == _NOTHING_TO_WRITE else None  # which 3 says in plain text
    said = answer.get("message") or answer.get("error") if isinstance(answer, dict) else None  # 2.x; 1.x and 3
    if said is None:
        return None
    return f"{said} {json.dumps(answer['data'])}" if answer.get("data") else str(said)  # 3 tells of each line apart


def _cause(error: Exception, url: str) -> str:
    """Why no answer came, and what to do."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            cause: Exception = error.certificate_error
        case aiohttp.ClientConnectorError():
            cause = error.os_error
        case _:
            cause = error
    match cause:
        case ssl.SSLCertVerificationError() if cause.verify_code in OUT_OF_DATE:
            text = f"{cause.verify_message}; renew the database's certificate, or set this machine's clock"
        case ssl.SSLCertVerificationError():
            text = f"its certificate is not accepted ({cause.verify_message}); check influxdb.ca_file and influxdb.url"
        case ssl.SSLError():
            text = "no encrypted connection; does it speak https there? Check influxdb.url"
        case socket.gaierror():
            text = f"the name {urlsplit(url).hostname} is unknown; check influxdb.url and the network's name service"
        case ConnectionRefusedError():
            text = "nothing listens there; start the database or check influxdb.url"
        case TimeoutError():
            text = f"no answer within {ANSWER_S:g} s; it is stalled or overloaded: look at its log"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | ConnectionResetError():
            text = "it broke the connection off; is it being restarted? Does influxdb.url begin rightly, http or https?"
        case OSError() as reason:
            text = (
                f"cannot be reached ({reason.strerror or 'no answer'}); check the network, influxdb.url and firewalls"
            )
        case _:
            text = f"no answer that can be understood ({type(error).__name__}); is influxdb.url an InfluxDB?"
    return text
