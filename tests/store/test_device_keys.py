"""Keys and calibrations come back with their device; a key belongs to one device, and is revoked once."""

from dataclasses import replace
from datetime import date

import pytest

from traceability.errors import InvalidInput, Unknown
from traceability.store.calibrations import CalibrationTable
from traceability.store.device_keys import DeviceKeyTable
from traceability.store.devices import DeviceTable
from traceability.telemetry.device import MAX_KEYS, Calibration, Device, DeviceKey
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm, PublicKey

PLACE = "https://id.gs1.org/414/9521321000032"
NEW, OLD = (DeviceSigner.make(algorithm).public for algorithm in Algorithm)


@pytest.fixture
def devices(engine):
    devices = DeviceTable(engine)
    for alias in ("cold-7", "cold-8"):
        devices.keep(Device(alias, f"https://id.gs1.org/8004/{alias}", "9521321000018", {}, PLACE, True))
    return devices


@pytest.fixture
def keys(engine, devices):
    return DeviceKeyTable(engine)


def test_keys_come_back_with_their_device_newest_first(devices, keys):
    keys.add("cold-7", DeviceKey(OLD, 1_000, until_ms=9_000))
    keys.add("cold-7", DeviceKey(NEW, 5_000))

    assert devices.all()["cold-7"].keys == (DeviceKey(NEW, 5_000), DeviceKey(OLD, 1_000, 9_000))
    assert devices.all()["cold-8"].keys == ()


def test_a_new_description_leaves_the_keys_alone(devices, keys):
    keys.add("cold-7", DeviceKey(NEW, 0))

    devices.keep(replace(devices.all()["cold-7"], must_sign=True, keys=()))

    assert devices.all()["cold-7"].must_sign
    assert devices.all()["cold-7"].keys == (DeviceKey(NEW, 0),)


def test_a_key_is_revoked_once_and_for_a_reason(devices, keys):
    keys.add("cold-7", DeviceKey(NEW, 0))
    keys.add("cold-7", DeviceKey(OLD, 0))

    keys.revoke("cold-7", NEW.key_id.hex(), 7_000, "stolen")

    held = {key.public: key for key in devices.all()["cold-7"].keys}
    assert held[NEW] == DeviceKey(NEW, 0, None, 7_000, "stolen")
    assert held[OLD].revoked_at_ms is None
    for at_ms in (7_000, 8_000):
        with pytest.raises(InvalidInput, match=r"revoked at 1970-01-01T00:00:07\.000.* already"):
            keys.revoke("cold-7", NEW.key_id.hex(), at_ms, "lost")


def test_a_key_that_shall_be_revoked_later_may_be_revoked_before(devices, keys):
    keys.add("cold-7", DeviceKey(NEW, 0))

    keys.revoke("cold-7", NEW.key_id.hex(), 7_000, "renewed")
    keys.revoke("cold-7", NEW.key_id.hex(), 6_999, "stolen")

    assert devices.all()["cold-7"].keys == (DeviceKey(NEW, 0, None, 6_999, "stolen"),)


@pytest.mark.parametrize("alias", ["cold-8", "cold-9"])
def test_what_is_no_key_of_the_device_is_not_revoked(keys, alias):
    keys.add("cold-7", DeviceKey(NEW, 0))

    with pytest.raises(Unknown, match=f"{alias} has no key {NEW.key_id.hex()}"):
        keys.revoke(alias, NEW.key_id.hex(), 0, "lost")


@pytest.mark.parametrize("alias", ["cold-7", "cold-8"])
def test_a_key_signs_for_one_device_and_never_comes_back(keys, alias):
    keys.add("cold-7", DeviceKey(NEW, 0))
    keys.revoke("cold-7", NEW.key_id.hex(), 0, "lost")

    with pytest.raises(InvalidInput, match=f"the key {NEW.key_id.hex()} belongs to device cold-7 already"):
        keys.add(alias, DeviceKey(NEW, 0))


def test_a_device_has_no_more_keys_than_can_be_tried(keys):
    for number in range(MAX_KEYS):
        keys.add("cold-7", DeviceKey(PublicKey(Algorithm.EdDSA, bytes([number] * 32)), 0))

    with pytest.raises(InvalidInput, match=f"cold-7 has {MAX_KEYS} keys already"):
        keys.add("cold-7", DeviceKey(NEW, 0))


def test_calibrations_come_back_with_their_device_newest_first(engine, devices):
    first = Calibration(date(2025, 5, 1), date(2026, 4, 30), bytes(32))
    second = Calibration(date(2026, 4, 20), date(2027, 4, 30), bytes([1] * 32))
    calibrations = CalibrationTable(engine)

    for each in (first, second, first):
        calibrations.add("cold-7", each)

    assert devices.all()["cold-7"].calibrations == (second, first)
    assert devices.all()["cold-8"].calibrations == ()
