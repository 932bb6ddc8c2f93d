"""The bare loop on NATS in nats-py, its usual client: DATABASE PORT USER PASSWORD."""

import asyncio
import subprocess
import sys

from bench.ingest.bare import Rows, Table
from iot_gateway.consumer import CONSUMER, STREAM
from iot_gateway.jetstream import topic_of
from traceability.own_chain import PROJECT

HOME = PROJECT / ".build" / "nats-py"
_PACKAGE = "nats-py==2.16.0"
_AT_ONCE = 1_000


def install() -> None:
    """Into .build, once: it is no part of the product."""
    if not HOME.exists():
        words = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", str(HOME), _PACKAGE]
        subprocess.run([sys.executable, *words], check=True)


async def main() -> None:
    sys.path.append(str(HOME))
    import nats  # type: ignore[import-not-found]

    url, port, user, password = sys.argv[1:]
    rows, table = Rows(), Table(url)
    client = await nats.connect(f"nats://127.0.0.1:{port}", user=user, password=password)
    subscription = await client.jetstream().pull_subscribe_bind(CONSUMER, STREAM)
    while True:
        try:
            messages = await subscription.fetch(_AT_ONCE, timeout=1)
        except nats.errors.TimeoutError:
            continue
        table.write(rows.of([(topic_of(message.subject), message.data) for message in messages]))
        for message in messages:
            await message.ack()


if __name__ == "__main__":
    asyncio.run(main())
