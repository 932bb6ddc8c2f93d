"""What a NATS server keeps for the gateways: its MQTT listener's stream, and one durable consumer on it."""

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
CREATE = f"$JS.API.CONSUMER.DURABLE.CREATE.{STREAM}.{CONSUMER}"
ACKNOWLEDGEMENTS = f"$JS.ACK.{STREAM}.{CONSUMER}.>"
ACK_WAIT_S = 10
"""What a gateway has not acknowledged after this, since it was killed or is slow, goes to one that asks."""

_NAME_IN_USE = 10058


def keep_stream(connection: Connection) -> None:
    """Have the stream, as the MQTT listener makes it for its first client. One that is there stays."""
    config = {"name": STREAM, "subjects": [f"{PREFIX}>"], "storage": "file", "retention": "interest"}
    answer = connection.request(f"$JS.API.STREAM.CREATE.{STREAM}", config)
    error = answer.get("error", {})
    if error and error.get("err_code") != _NAME_IN_USE:
        raise Unavailable(f"stream {STREAM}: {error.get('description')}")


def keep_consumer(connection: Connection) -> None:
    """Have the consumer, with these settings; what it has not delivered yet stays.

    Raises `Unavailable`: also if there is one that cannot become so, or no stream yet.
    """
    config = {
        "durable_name": CONSUMER,
        "filter_subject": f"{PREFIX}guoji.v1.>",
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "ack_wait": ACK_WAIT_S * 1_000_000_000,
        "max_deliver": -1,
        # What a gateway asks for is the limit; one that hangs must not be able to use up another's.
        "max_ack_pending": -1,
    }
    answer = connection.request(CREATE, {"stream_name": STREAM, "config": config})
    if error := answer.get("error"):
        raise Unavailable(f"consumer {CONSUMER} on stream {STREAM}: {error.get('description')}")
