"""The use cases of live rooms, for commands on the machine that has the store."""

from typing import TYPE_CHECKING

from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.live.studio import Studio


def open_studio(settings: Settings) -> "Studio":
    from api.live_goods import LiveGoods
    from traceability.own_store import open_store
    from traceability.wiring import ledger, studio

    store = open_store(settings)
    held = ledger(settings, store)
    return studio(store, held, LiveGoods(held.made).of)
