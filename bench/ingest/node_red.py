"""Node-RED as somebody would set it up for this: MQTT in, a function that names the columns, an INSERT."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from bench.ingest.brokers import HOST, Running
from bench.ingest.consumers import running
from bench.ingest.databases import Database
from iot_gateway.logins import GATEWAY
from traceability.own_chain import PROJECT
from traceability.ports import take_port
from traceability.telemetry import topics

HOME = PROJECT / ".build" / "node-red"
PACKAGES = ("node-red@4.1.15", "node-red-node-sqlite@1.1.1", "node-red-contrib-postgrestor-next@0.5.2")
_NODE, _NPM = PROJECT / "scripts" / "node", PROJECT / "scripts" / "npm"

_COLUMNS = """
msg.params = [msg.topic, msg.payload, Date.now()];
return msg;
"""
_INSERT = "INSERT INTO message (topic, payload, received_at_ms) VALUES ($1, $2, $3)"


def install() -> None:
    """Into .build, once: npm has it, and it is no part of the product."""
    if (HOME / "installed").exists():
        return
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "package.json").write_text('{"private": true}')
    npm = [str(_NPM), "--prefix", str(HOME), "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm, "install", "--ignore-scripts", "--save-exact", *PACKAGES], check=True)
    # Compiled here, for its makers keep the compiled ones where not every network reaches.
    prefix = subprocess.run(
        [_NODE, "-p", "path.dirname(path.dirname(process.execPath))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    subprocess.run([*npm, "rebuild", "sqlite3", "--build-from-source", f"--nodedir={prefix}"], check=True)
    (HOME / "installed").touch()


@contextmanager
def node_red(
    password: str, broker: Running, database: Database, folder: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """`folder` holds its flow; one that is killed goes on in the same."""
    folder.mkdir(exist_ok=True)
    (folder / "settings.js").write_text(
        'module.exports = { flowFile: "flows.json", credentialSecret: false, httpAdminRoot: false,'
        f' httpNodeRoot: false, uiHost: "{HOST}", uiPort: {take_port()},'
        ' logging: { console: { level: "warn" } } };'
    )
    (folder / "flows.json").write_text(json.dumps(_flow(broker, database)))
    (folder / "flows_cred.json").write_text(json.dumps({"broker": {"user": GATEWAY, "password": password}}))
    words = [str(_NODE), str(HOME / "node_modules/node-red/red.js"), "--userDir", str(folder)]
    with running(words, folder / "log") as process:
        yield process


def _flow(broker: Running, database: Database) -> list[dict[str, object]]:
    nodes: list[dict[str, object]] = [
        {
            "id": "broker", "type": "mqtt-broker", "broker": HOST, "port": str(broker.mqtt_port),
            "clientid": "node-red", "cleansession": False, "protocolVersion": "4", "autoConnect": True,
        },
        {
            "id": "in", "type": "mqtt in", "z": "flow", "topic": topics.ALL, "qos": "1", "datatype": "buffer",
            "broker": "broker", "wires": [["columns"]],
        },
        {
            "id": "columns", "type": "function", "z": "flow", "func": _COLUMNS, "outputs": 1,
            "wires": [["insert"]],
        },
    ]  # fmt: skip
    url = make_url(database.url)
    if url.get_backend_name() == "sqlite":
        nodes += [
            {"id": "db", "type": "sqlitedb", "db": url.database, "mode": "RWC"},
            {
                "id": "insert", "type": "sqlite", "z": "flow", "mydb": "db", "sqlquery": "prepared",
                "sql": _INSERT, "wires": [[]],
            },
        ]  # fmt: skip
    else:
        nodes += [
            {
                "id": "db", "type": "postgresDB", "host": url.query["host"], "port": "5432",
                "user": url.username, "password": "", "database": url.database,
                "max": "10", "maxFieldType": "num", "ssl": "false", "sslFieldType": "bool",
                "portFieldType": "num",
            },
            {
                "id": "insert", "type": "postgrestor", "z": "flow", "postgresDB": "db", "query": _INSERT,
                "throwErrors": True, "wires": [[]],
            },
        ]  # fmt: skip
    return [{"id": "flow", "type": "tab", "label": "ingest"}, *nodes]
