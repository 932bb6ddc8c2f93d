"""The shop's host puts the lot on air, and says what its records bear and what they contradict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo import cast
from demo.chapters import Lot
from demo.stage import Stage
from traceability.errors import Refused

HOST, TITLE = "小果", "草莓专场（演示）"
SAID = (("这批草莓的品种是红颜。", "supported"), ("这批草莓全程没有超过4度。", "contradicted"))
"""Sentences of the host, and what the records make of each."""


@dataclass(frozen=True, slots=True)
class OnAir:
    room: str
    host_key: str
    offer: str

    def do(self, stage: Stage, command: str, **body: object) -> Mapping[str, Any]:
        return stage.ask(f"/live/{self.room}/{command}", self.host_key, body)


def go_on_air(stage: Stage, lot: Lot) -> OnAir:
    """With `lot` on the overlay, and what it was packed from as the next.

    Raises `Refused` if a sentence is judged otherwise than the story has it.
    """
    shop = stage.token_of(cast.SHOP)
    made = stage.ask("/live", shop, {"host": HOST, "title": TITLE, "lang": "zh-CN"})
    room, key = made["room"], made["host_key"]
    offers = [(lot.link, cast.PUNNET), (lot.field_link, cast.BULK)]
    first, _ = (
        stage.ask(f"/live/{room}/offers", key, {"lot": link, "name": product.name["zh"]})
        for link, product in offers
    )
    on_air = OnAir(room, key, first["offer"])
    on_air.do(stage, "go-on-air")
    on_air.do(stage, "next")
    for text, wanted in SAID:
        [heard] = on_air.do(stage, "lines", text=text)["sentences"]
        if heard["verdict"] != wanted:
            raise Refused(f"{text} is {heard['verdict']}, want {wanted}")
    return on_air
