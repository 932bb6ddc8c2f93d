"""How our clients know the broker that they speak TLS with."""

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.errors import InvalidInput

if TYPE_CHECKING:
    from paho.mqtt.client import Client

    from iot_gateway.logins import Address

UNKNOWN_ISSUER = {7, 18, 19, 20, 21}
"""OpenSSL's numbers for: not by an authority that we know, or by another one of the same name."""
NO_TLS = "it does not speak TLS there: is it mqtt:// that you mean?"
ENDED = "it ended the connection"
NO_ANSWER = "it ended the connection without an answer: is it mqtts:// that you mean?"


def secure(client: "Client", address: "Address") -> None:
    """Have `client`, before it connects, speak TLS if the broker at `address` does. Raises `InvalidInput`."""
    if address.tls:
        client.tls_set_context(tls_context(address.ca))


def tls_context(ca: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or newer with a server that has the name we call it by, and a certificate under `ca`.

    `ca` is a PEM file; None: any authority that this machine believes. Raises `InvalidInput`.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
    except ssl.SSLError as error:
        raise InvalidInput(f"{ca} holds no CA certificate in PEM") from error
    except OSError as error:
        raise InvalidInput(f"cannot read the CA certificate {ca}: {error.strerror}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def check_ca(pem: str) -> None:
    """Raises `InvalidInput` if this is no CA certificate in PEM."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (ssl.SSLError, TypeError, ValueError) as error:
        raise InvalidInput("ca is no CA certificate in PEM") from error


def why_not(error: BaseException | None, while_securing: bool = False) -> str:
    """Why there is no connection, in words for whoever runs the client.

    `while_securing`: it may have come between the two of them agreeing on TLS.
    """
    match error:
        case ssl.SSLCertVerificationError():
            hint = "; setting mqtt_ca_file names who may vouch for it" * (error.verify_code in UNKNOWN_ISSUER)
            return f"its certificate is not to be believed: {error.verify_message.rstrip('.')}{hint}"
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER"):
            return NO_TLS
        case ssl.SSLEOFError() | ConnectionResetError() if while_securing:
            return NO_TLS
        case OSError():
            return error.strerror or str(error)
    return "no connection"
