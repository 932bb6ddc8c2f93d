"""Play the story: partners capture their events, devices replay their readings, all of it is anchored."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Console

from demo.stage import Stage
from demo.story import Story, Track, packed_out, tell
from traceability.errors import Refused, TraceError

ITEMS = 8
SPARE = 2
"""Codes that go on nothing, as on any roll."""
RECEIPTS_WITHIN_S = 120


def play(stage: Stage, live: bool, console: Console) -> Story:
    """Return once everything that lies before now is recorded, anchored and can be scanned.

    With `live`, the devices that still measure go on in the background for as long as this process lasts.
    """
    with console.status("starting broker, chain, gateway, log and pages ..."):
        stage.wait_until_up()
    now = datetime.now(UTC)
    lot, made = packed_out(now)
    for submission in made:
        stage.capture(submission)
    drawn = stage.issue(lot, ITEMS + SPARE).serials
    story = tell(now, stage.public_url, drawn[:ITEMS], stage.laboratory, spare=drawn[ITEMS:])
    stage.keep(story.documents)
    for submission in story.submissions:
        stage.capture(submission)
    console.print(f"{len(story.submissions)} events captured from {len(story.parties)} parties")
    players = [_Player(stage, track, int(now.timestamp() * 1000), live) for track in story.tracks]
    with console.status("devices replay their readings ..."):
        sent = _replayed(stage, players)
    console.print(f"{sent:,} readings of {len(players)} devices sent, each covered by a signed receipt")
    with console.status("waiting until everything is sealed, logged and final on the test chain ..."):
        _wait_until_anchored(stage, sent)
    console.print(f"{stage.store.counts.all()['log_entries_anchored']} log entries anchored")
    return story


@dataclass(slots=True)
class _Player:
    """Sends one device's track: what lies before `now_ms` at once, the rest (if `live`) as its time comes."""

    stage: Stage
    track: Track
    now_ms: int
    live: bool
    sent: int = 0
    caught_up: threading.Event = field(default_factory=threading.Event)
    failure: TraceError | None = None

    def run(self) -> None:
        try:
            self._send_all()
        except TraceError as error:
            self.failure = error
        self.caught_up.set()

    def _send_all(self) -> None:
        device = self.stage.device(self.track.alias)
        device.open()
        for moment in self.track.moments():
            if moment.taken_at_ms > self.now_ms:
                break
            device.send(moment.taken_at_ms, moment.values)
            self.sent += 1
        device.settle(RECEIPTS_WITHIN_S)
        if not (self.live and self.track.live):
            device.close()
            return
        self.caught_up.set()
        for moment in self.track.moments():
            if moment.taken_at_ms > self.now_ms:
                time.sleep(max(0, moment.taken_at_ms / 1000 - time.time()))
                device.send(moment.taken_at_ms, moment.values)


def _replayed(stage: Stage, players: Sequence[_Player]) -> int:
    for player in players:
        threading.Thread(target=player.run, daemon=True).start()
    stage.wait_for("the devices", lambda: all(player.caught_up.is_set() for player in players))
    for player in players:
        if player.failure is not None:
            raise Refused(f"device {player.track.alias}: {player.failure}")
    return sum(player.sent for player in players)


def _wait_until_anchored(stage: Stage, sent: int) -> None:
    counts, sealing = stage.store.counts, stage.store.sealing
    held = counts.all()["readings"]
    if held < sent:
        raise Refused(f"devices have receipts for {sent} readings, the store holds {held}")

    def sealed() -> bool:
        """Whether everything is in a batch but what live devices have sent in the last seconds."""
        windows = (sealing.unsealed(alias, 1_000) for alias in sealing.devices())
        return all(window is None or len(window.readings) < 5 for window in windows)

    stage.wait_for("all readings to be sealed", sealed)
    entries = counts.all()
    want = entries["log_entries"] + entries["events_waiting_for_the_log"]
    stage.wait_for("the anchor to be final", lambda: counts.all()["log_entries_anchored"] >= want)
