"""What whoever comes from a live room sees: the lot with what was corrected there, or that a code is none."""

from collections.abc import Iterator

from tests.api.serving import served
from tests.api.shown import Shown
from tests.api.test_short import OFFER, Scene


def to_viewers() -> Iterator[Shown]:
    scene = Scene()
    found = {"zh": "采收于 2 天前", "en": "harvested 2 days ago"}
    scene.correct("更正：这批草莓 11 月 12 日采摘", found=found)
    with served(scene.ledger, viewers=scene.viewers, lot_pages=scene.lot_pages) as address:
        yield Shown("from-room", f"{address}/s/{OFFER.code}", ".strip.live", comes_large=True)
        yield Shown("no-such-offer", f"{address}/s/000000", "#short", comes_large=True)
