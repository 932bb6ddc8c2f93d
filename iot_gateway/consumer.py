"""What a NATS server keeps for the gateways: its MQTT listener's stream, and one durable consumer on it."""

from collections.abc import Iterator
from typing import Any

from iot_gateway.nats import Connection
from traceability.errors import Unavailable

STREAM = "$MQTT_msgs"
"""Where the MQTT listener keeps what is published with QoS 1, until every consumer has acknowledged it. A
publisher has its acknowledgement only after that; what no consumer wants is acknowledged and dropped."""
CONSUMER = "guoji"
"""Of all gateways: each message goes to one of them."""
PREFIX = "$MQTT.msgs."
"""Of the subjects in the stream, before the topic."""
NEXT = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{CONSUMER}"
CREATE_STREAM = f"$JS.API.STREAM.CREATE.{STREAM}"
CREATE_CONSUMER = f"$JS.API.CONSUMER.DURABLE.CREATE.{STREAM}.{CONSUMER}"
ALLOWED = [CREATE_STREAM, CREATE_CONSUMER, NEXT, f"$JS.ACK.{STREAM}.{CONSUMER}.>", "guoji.v1.*.receipts"]
"""All that a gateway has to publish on."""
ACK_WAIT_S = 10
"""What a gateway has not acknowledged after this, since it was killed or is slow, goes to one that asks."""
SETTINGS = {
    "durable_name": CONSUMER,
    "filter_subject": f"{PREFIX}guoji.v1.>",
    "deliver_policy": "all",
    "ack_policy": "explicit",
    "ack_wait": ACK_WAIT_S * 1_000_000_000,
    "max_deliver": -1,
    # What a gateway asks for is the limit; one that hangs must not be able to use up another's.
    "max_ack_pending": -1,
}

_NAME_IN_USE = 10058


def keep_for_gateways(connection: Connection) -> None:
    """Have stream and consumer; what they hold stays. Idempotent.

    Raises `Unavailable`: also if there is a consumer of this name that cannot become like this one.
    """
    _keep_stream(connection)
    _keep_consumer(connection)


def forget_old_sessions(connection: Connection) -> None:
    """Keep nothing more for gateways that once subscribed at the MQTT listener: none can log in there now.

    Needs more rights than a gateway has. Raises `Unavailable`.
    """
    for consumer in list(_consumers(connection)):
        name, wanted = consumer["name"], consumer["config"].get("filter_subject")
        if name != CONSUMER and wanted == SETTINGS["filter_subject"]:
            answer = connection.request(f"$JS.API.CONSUMER.DELETE.{STREAM}.{name}", {})
            if error := answer.get("error"):
                raise Unavailable(f"consumer {name} on stream {STREAM}: {error.get('description')}")


def _consumers(connection: Connection) -> Iterator[dict[str, Any]]:
    seen = 0
    while page := connection.request(f"$JS.API.CONSUMER.LIST.{STREAM}", {"offset": seen}).get("consumers"):
        yield from page
        seen += len(page)


def _keep_stream(connection: Connection) -> None:
    """As the MQTT listener makes it for its first client. One that is there stays as it is."""
    config = {"name": STREAM, "subjects": [f"{PREFIX}>"], "storage": "file", "retention": "interest"}
    answer = connection.request(CREATE_STREAM, config)
    error = answer.get("error", {})
    if error and error.get("err_code") != _NAME_IN_USE:
        raise Unavailable(f"stream {STREAM}: {error.get('description')}")


def _keep_consumer(connection: Connection) -> None:
    answer = connection.request(CREATE_CONSUMER, {"stream_name": STREAM, "config": SETTINGS})
    if error := answer.get("error"):
        raise Unavailable(f"consumer {CONSUMER} on stream {STREAM}: {error.get('description')}")
