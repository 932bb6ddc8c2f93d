from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from iot_gateway import broker, mosquitto
from iot_gateway.logins import (
    GATEWAY,
    Address,
    address,
    give_new_password,
    group_of_gateways,
    is_gateway,
    make_passwords,
    password_of,
    read_passwords,
    withdraw_login,
)
from traceability.errors import InvalidInput, Refused
from traceability.telemetry.device import check_alias


def test_a_password_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    file = tmp_path / "passwords.json"

    first = make_passwords(file, [GATEWAY, "cold-7"])
    second = make_passwords(file, [GATEWAY, "cold-7", "cold-8"])

    assert second["cold-7"] == first["cold-7"] != second["cold-8"]
    assert read_passwords(file) == second
    assert file.stat().st_mode & 0o777 == 0o600
    assert password_of("cold-8", second) == second["cold-8"]
    with pytest.raises(InvalidInput, match="knows no user cold-9"):
        password_of("cold-9", second)


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', '{"a": ""}'])
def test_a_spoiled_password_file_is_refused(tmp_path, content):
    (tmp_path / "passwords.json").write_text(content)
    (tmp_path / "passwords.json").chmod(0o600)

    with pytest.raises(InvalidInput, match="is not"):
        read_passwords(tmp_path / "passwords.json")


def test_an_address_is_read_strictly_and_never_shows_its_password():
    assert address("mqtt://broker.example", "u", "p") == Address("broker.example", 1883, "u", "p")
    with_tls = Address("broker.example", 8883, "u", "p", tls=True, ca=Path("ca.pem"))
    assert address("mqtts://broker.example", "u", "p", Path("ca.pem")) == with_tls
    assert "secret" not in repr(address("mqtt://broker.example:2", "u", "secret"))
    with pytest.raises(InvalidInput, match="is not like"):
        address("http://broker.example", "u", "p")


def test_only_the_owner_can_read_what_configures_a_broker(tmp_path):
    passwords, listener = {GATEWAY: "g", "cold-7": "c"}, broker.Listener("127.0.0.1", 1883)

    broker.write_config(tmp_path / "nats", passwords, listener, listener)
    mosquitto.write_config(tmp_path / "mosquitto", passwords, "127.0.0.1", 1883)

    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(written) == 5
    assert {file.stat().st_mode & 0o777 for file in written} == {0o600}


@pytest.mark.slow
def test_a_taken_port_is_not_mistaken_for_our_broker(tmp_path):
    running = broker.start_broker(tmp_path / "one", {})

    try:
        with pytest.raises(Refused, match=f"port {running.port} on 127"):
            broker.start_broker(tmp_path / "two", {}, port=running.port)
    finally:
        running.stop()


@pytest.mark.slow
def test_a_broker_that_cannot_start_says_where_the_reason_is(tmp_path):
    with pytest.raises(Refused, match=r"nats\.log says why"):
        broker.start_broker(tmp_path, {GATEWAY: '"'})


def test_no_device_can_have_the_name_of_the_gateway():
    assert is_gateway(GATEWAY)
    assert is_gateway("@another")
    assert not is_gateway("gateway")
    with pytest.raises(InvalidInput):
        check_alias(GATEWAY)


def test_the_client_id_tells_neither_user_nor_password_and_is_the_same_each_time():
    first, again = (Address("127.0.0.1", 1883, "cold-7", "secret") for _ in range(2))

    assert first.client_id == again.client_id
    assert first.client_id != Address("127.0.0.1", 1883, "cold-7", "other").client_id
    assert "cold-7" not in first.client_id


def test_a_new_password_takes_the_place_of_the_old_one_and_of_no_other(tmp_path):
    file = tmp_path / "passwords.json"
    before = make_passwords(file, [GATEWAY, "cold-7"])

    after = give_new_password(file, "cold-7")

    assert read_passwords(file) == after
    assert after[GATEWAY] == before[GATEWAY]
    assert after["cold-7"] != before["cold-7"]


def test_a_login_that_was_withdrawn_comes_back_by_a_new_password_only(tmp_path):
    file = tmp_path / "passwords.json"
    before = make_passwords(file, [GATEWAY, "cold-7"])

    assert withdraw_login(file, "cold-7") == {GATEWAY: before[GATEWAY]}

    assert "cold-7" not in make_passwords(file, [GATEWAY, "cold-7"])
    with pytest.raises(InvalidInput, match="knows no user cold-7"):
        password_of("cold-7", read_passwords(file))
    assert give_new_password(file, "cold-7")["cold-7"] != before["cold-7"]


def test_of_many_commands_at_once_none_loses_a_password_that_another_has_shown(tmp_path):
    file = tmp_path / "passwords.json"
    users = [f"cold-{number}" for number in range(16)]

    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(lambda user: make_passwords(file, [user])[user], users))

    assert read_passwords(file) == dict(zip(users, shown, strict=True))


def test_the_gateways_of_an_installation_share_a_group_that_is_its_own_and_no_user(tmp_path):
    files = [tmp_path / name for name in ("one.json", "other.json")]
    for file in files:
        make_passwords(file, [GATEWAY])
    groups = [group_of_gateways(file) for file in files]

    make_passwords(files[0], [GATEWAY, "@gateway-2"])
    give_new_password(files[0], GATEWAY)

    assert group_of_gateways(files[0]) == groups[0] != groups[1]
    assert len(groups[0]) >= 16
    assert not {"/", "+", "#"} & set(groups[0])
    assert read_passwords(files[0]).keys() == {GATEWAY, "@gateway-2"}


def test_passwords_of_an_older_version_get_a_group_with_the_next_one(tmp_path):
    file = tmp_path / "passwords.json"
    file.write_text('{"@gateway": "secret"}')
    file.chmod(0o600)
    with pytest.raises(InvalidInput, match="no name for the gateways' group: `guoji up` or `guoji broker`"):
        group_of_gateways(file)

    assert make_passwords(file, [GATEWAY]) == {GATEWAY: "secret"}
    assert group_of_gateways(file)
