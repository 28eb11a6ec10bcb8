"""Where the broker is, how to get in, and in words what keeps us out."""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import SecretStr

from hub.support.certificates import OUT_OF_DATE


@dataclass(frozen=True, slots=True)
class Tls:
    """Encryption. The broker's certificate is always checked, against ``ca_file`` or the system's authorities."""

    ca_file: Path | None = None
    client_cert_file: Path | None = None
    client_key_file: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Read the files.

        Raises
        ------
        OSError
            A file is missing, unreadable, or holds no certificate or key.
        """
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.client_cert_file is not None:
            context.load_cert_chain(self.client_cert_file, self.client_key_file)
        return context


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker and the key to it; the password shows in no text or log."""

    host: str
    port: int = 1883
    username: str | None = None
    password: SecretStr | None = None
    tls: Tls | None = None

    def __str__(self) -> str:
        return f"MQTT broker {self.host}:{self.port}"


_REFUSALS = {
    "Unsupported protocol version": "the broker does not speak MQTT 3.1.1; use one that does",
    "Client identifier not valid": "the broker refuses this hub's client name; change hub.name or the broker's rules",
    "Server unavailable": "the broker is not ready; look at its log",
    "Bad user name or password": "wrong user or password; check mqtt.username and the password file",
    "Not authorized": "wrong user or password, or no right to connect; check mqtt.username and the password file",
}


def explain(error: Exception, address: BrokerAddress) -> str:
    """One line: what is wrong with the connection, and what to do. Holds no secret."""
    return f"{address}: {_cause(error, address)}"


def _cause(error: Exception, address: BrokerAddress) -> str:
    if isinstance(error, aiomqtt.MqttCodeError):
        name = error.rc.getName() if isinstance(error.rc, ReasonCode) else ""
        return _REFUSALS.get(name, "connection lost; the broker ended or the network broke" + (name and f" ({name})"))
    if str(error) == "Operation timed out":
        certificate = "mqtt.client_cert_file" if address.tls else "mqtt.tls"
        return f"no answer in time; it is stalled, or it wants encryption or a client certificate: check {certificate}"
    # aiomqtt puts the operating system's error into words and keeps the error itself as context only
    cause = error if isinstance(error, OSError) else error.__cause__ or error.__context__
    match cause:
        case ssl.SSLCertVerificationError() if cause.verify_code in OUT_OF_DATE:
            text = f"{cause.verify_message}; renew the broker's certificate, or set this machine's clock"
        case ssl.SSLCertVerificationError():
            text = f"its certificate is not accepted ({cause.verify_message}); check mqtt.ca_file and mqtt.host"
        case ssl.SSLError() if "CERTIFICATE" in (cause.reason or ""):
            text = "it does not accept the client certificate; check mqtt.client_cert_file and mqtt.client_key_file"
        case ssl.SSLError() | ConnectionResetError() if address.tls:
            text = f"no encrypted connection ({cause}); is this its TLS port? Usually that is 8883"
        case socket.gaierror():
            text = "the name is unknown; check mqtt.host and the network's name service"
        case ConnectionRefusedError():
            text = "nothing listens there; start the broker or check mqtt.host and mqtt.port"
        case FileNotFoundError() | PermissionError():
            text = f"a certificate file cannot be read ({cause.strerror}); check the files named in [mqtt]"
        case OSError():
            text = f"cannot be reached ({cause.strerror or 'no answer'}); check the network, mqtt.host and firewalls"
        case _:
            text = f"connection lost ({error})"
    return text
