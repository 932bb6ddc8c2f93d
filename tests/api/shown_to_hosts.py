"""The pages of live rooms in every state: where a party makes them, and what a host holds on air."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from tests.api.hosting import Hosting, hosting
from tests.api.shown import Shown


def to_hosts(context: BrowserContext) -> Iterator[Shown]:
    with hosting() as room:
        rooms = f"{room.address}/live"
        yield Shown("live-sign-in", rooms)
        yield Shown("live-control-sign-in", room.url)
        context.request.post(f"{rooms}/sign-in", form={"token": "capture"})
        yield Shown("live", rooms)
        yield Shown("live-made", rooms, ".once", _make)
        yield from _control(room)


def _control(room: Hosting) -> Iterator[Shown]:
    yield Shown("live-control-ready", room.url)
    offer = room.room.offers[0].code
    rooms = room.studio.rooms
    rooms.show(room.code, offer)
    rooms.add_point(room.code, offer, "2026-11-12 采收")
    rooms.rehearse(room.code)
    room.say("糖度很高")
    yield Shown("live-control-rehearsal", room.url)
    yield Shown("live-report", room.url, ".report", _end_rehearsal)
    rooms = room.studio.rooms
    if room.room.phase == "rehearsal":
        rooms.end_rehearsal(room.code)
    rooms.go_on_air(room.code)
    room.say("大家好，欢迎来到直播间。")
    room.say("今早刚摘的草莓，全网最低价！")
    room.say("口感特别甜，糖度 15。")
    room.director.look()
    yield Shown("live-control", room.url, ".warning")
    rooms.end(room.code)
    yield Shown("live-control-ended", room.url)


def _make(page: Page) -> None:
    page.fill("#title", "丹东草莓专场")
    page.fill("#host", "小禾")
    page.click("form[action^='/live/make'] button")


def _end_rehearsal(page: Page) -> None:
    path = urlsplit(page.url).path
    if page.locator("form[data-leaves]").count() == 0:
        page.click(f"form[action^='{path}'] input[value=rehearse] + button")
    page.click("form[data-leaves] button")
