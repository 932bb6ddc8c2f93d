"""Settings are read once, strictly: a typo never means the default."""

import pytest

from traceability.errors import InvalidInput
from traceability.own_policy import own_log
from traceability.settings import Settings, addresses_file
from traceability.upkeep.installation import make


def read(home, of_running=True, **environment):
    return Settings.read({"GUOJI_HOME": str(home), "PATH": "/bin", **environment}, of_running)


def test_without_any_word_an_installation_keeps_to_itself(tmp_path):
    settings = read(tmp_path)

    assert settings.http_host == "127.0.0.1"
    assert settings.database_url == f"sqlite:///{tmp_path}/guoji.db"
    assert (settings.mqtt_url, settings.rpc_url) == ("", "")


def test_the_home_is_absolute_and_by_default_in_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert Settings.read({}).home == tmp_path / "guoji-home"
    assert read("elsewhere").home == tmp_path / "elsewhere"


def test_the_environment_wins_over_what_runs_and_what_runs_over_the_file(tmp_path):
    addresses_file(tmp_path).parent.mkdir()
    addresses_file(tmp_path).write_text('mqtt_url = "mqtt://run"\nrpc_url = "http://run"\nhttp_port = 1\n')
    (tmp_path / "guoji.toml").write_text('rpc_url = "http://file"\nhttp_port = 2\n')

    settings = read(tmp_path, GUOJI_HTTP_PORT="3")

    assert (settings.mqtt_url, settings.rpc_url, settings.http_port) == ("mqtt://run", "http://run", 3)


def test_what_starts_the_parts_does_not_take_their_last_addresses(tmp_path):
    addresses_file(tmp_path).parent.mkdir()
    addresses_file(tmp_path).write_text('mqtt_url = "mqtt://run"\n')

    assert read(tmp_path, of_running=False).mqtt_url == ""


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"GUOJI_SEAL_EVERYS": "1"}, "there is no such setting; is seal_every_s meant?"),
        ({"GUOJI_FRUIT": "1"}, "there is no such setting; there are air_days, alert_.*, anchor_every_s"),
        ({"GUOJI_HTTP_PORT": "70000"}, "http_port .* is '70000'"),
        ({"GUOJI_SEAL_EVERY_S": "0"}, "seal_every_s .* is '0': Input should be greater than 0"),
        ({"GUOJI_ANCHOR_EVERY_S": "nan"}, "anchor_every_s"),
        ({"GUOJI_PUBLISH_EVERY_S": "inf"}, "publish_every_s"),
        ({"GUOJI_LOG_JSON": "perhaps"}, "log_json"),
        ({"GUOJI_PARTY": "9521321000002"}, "party"),
        ({"GUOJI_PARTY": "farm"}, "party"),
        ({"GUOJI_ORIGIN": ""}, "origin"),
        ({"GUOJI_ORIGIN": "a log"}, "origin"),
        (
            {"GUOJI_PUBLIC_URL": "javascript:alert(1)"},
            "public_url .* want http://host:port or https://host:port",
        ),
        ({"GUOJI_RPC_URL": "http://"}, "rpc_url"),
        ({"GUOJI_RPC_URL": "http://["}, "rpc_url"),
        ({"GUOJI_CHAIN_ID": "-1"}, "chain_id"),
        ({"GUOJI_MAX_FEE_GWEI": "nan"}, "max_fee_gwei"),
        ({"GUOJI_MAX_FEE_GWEI": "-1"}, "max_fee_gwei"),
        ({"GUOJI_MQTT_URL": "localhost:1883"}, "mqtt_url"),
        ({"GUOJI_MQTT_URL": "mqtt://host:99999"}, "mqtt_url"),
        ({"GUOJI_NATS_URL": "mqtt://host:4222"}, "nats_url"),
        ({"GUOJI_GATEWAY_USER": "gateway"}, "gateway_user"),
        ({"GUOJI_GATEWAY_USER": '@"'}, "gateway_user"),
        ({"GUOJI_GATEWAY_USER": "@a\n"}, "gateway_user"),
    ],
)
def test_a_setting_that_cannot_be_meant_stops_the_start_and_is_named(tmp_path, given, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        read(tmp_path, **given)


@pytest.mark.parametrize("content", ["http_port = ", b"\xff", "party = 3", "colour = 'red'", "[database]\n"])
def test_a_spoilt_file_stops_the_start_and_is_named(tmp_path, content):
    file = tmp_path / "guoji.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(InvalidInput, match=r"guoji\.toml"):
        read(tmp_path)


def test_what_stood_on_the_command_line_is_named_so(tmp_path):
    with pytest.raises(InvalidInput, match=r"^--party is '123': "):
        Settings.read({"GUOJI_HOME": str(tmp_path), "GUOJI_PARTY": "9521321000001"}, party="123")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "guoji.toml").mkdir()

    with pytest.raises(InvalidInput, match=r"guoji\.toml: Is a directory"):
        read(tmp_path)


def test_the_file_that_init_writes_changes_nothing_and_each_of_its_lines_is_a_sound_setting(tmp_path):
    make(read(tmp_path))
    file = tmp_path / "guoji.toml"
    as_written = read(tmp_path)

    lines = file.read_text().splitlines()
    file.write_text("\n".join(line.removeprefix("# ") for line in lines if " = " in line))

    assert read(tmp_path) == as_written == read(tmp_path)


def test_what_init_was_given_stands_in_the_file_and_the_rest_stays_a_comment(tmp_path):
    make(read(tmp_path, GUOJI_ORIGIN="trace.my-farm.cn/log", GUOJI_PUBLIC_URL="https://trace.my-farm.cn"))

    again = read(tmp_path)

    assert (again.origin, again.public_url) == ("trace.my-farm.cn/log", "https://trace.my-farm.cn")
    assert "\n# http_port = 8080\n" in (tmp_path / "guoji.toml").read_text()


def test_another_name_for_a_log_that_has_one_is_refused(tmp_path):
    make(read(tmp_path, GUOJI_ORIGIN="trace.my-farm.cn/log"))

    with pytest.raises(InvalidInput, match=r"origin is other\.cn/log, but .* speaks of trace\.my-farm\.cn"):
        own_log(read(tmp_path, GUOJI_ORIGIN="other.cn/log"))
