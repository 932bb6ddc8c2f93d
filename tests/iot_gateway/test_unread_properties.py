import pytest
from paho.mqtt import _packet
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from iot_gateway.unread_properties import leave_unread

QOS_1, CONNACK, MQTT_5 = 0x32, 0x20, 5


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    monkeypatch.setattr(_packet, "Properties", Properties)


def some_properties(kind, *users):
    properties = Properties(kind)
    for name in users:
        properties.UserProperty = (name, "x" * 100)
    return properties


@pytest.mark.parametrize("users", [[], ["one"], ["one", "two"]])
def test_a_message_is_the_same_whether_its_properties_are_read_or_not(users):
    packet = b"\x00\x01t\x00\x07" + some_properties(PacketTypes.PUBLISH, *users).pack() + b"payload"
    read = _packet.decode_publish(QOS_1, packet, MQTT_5)

    leave_unread()
    unread = _packet.decode_publish(QOS_1, packet, MQTT_5)

    assert isinstance(read.properties, Properties)
    assert not isinstance(unread.properties, Properties)
    assert unread._replace(properties=None) == read._replace(properties=None)
    assert (unread.topic, unread.mid, unread.payload) == (b"t", 7, b"payload")


def test_what_the_broker_says_of_a_connection_is_still_read():
    properties = some_properties(PacketTypes.CONNACK)
    properties.SessionExpiryInterval = 60

    leave_unread()
    connack = _packet.decode_connack(CONNACK, b"\x00\x00" + properties.pack(), MQTT_5)

    assert connack.properties.SessionExpiryInterval == 60
