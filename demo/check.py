"""Check the demo as a stranger would: the untouched proof, then one from a store with one byte changed."""

import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

from rich.console import Console

from demo import cast
from demo.on_air import OnAir
from demo.stage import HOME, Stage
from demo.story import Story
from traceability.errors import Refused

VERIFIED, CONTRADICTED, UNCHECKED = 0, 1, 2
OPENS, WANTS_TOKEN, IS_ON_NOTHING = 200, 401, 404
"""What a link of the demo answers to a reader. A token after "#" is handed in by the page's own script."""


def check_links(stage: Stage, links: Iterable[tuple[str, str, int]]) -> None:
    """Open each link (name, path, wanted status) once. Raises `Refused` with all that answer otherwise."""
    answers = [(name, link, status, stage.status(link)) for name, link, status in links]
    wrong = [f"{name}, {link}: {got}, want {want}" for name, link, want, got in answers if got != want]
    if wrong:
        raise Refused(f"of the links above these do not open; {HOME / 'up.log'} says why: {'; '.join(wrong)}")


def check_as_a_stranger(stage: Stage, story: Story, console: Console) -> None:
    """Raises `Refused` unless everything is as it should be."""
    path = urlsplit(story.lot.link).path
    _check_pages(stage, path)
    untouched = _verify(stage, f"{stage.local_url}/proof?subject={quote(story.lot.link, safe='')}")
    _expect(untouched, VERIFIED, "the untouched proof")
    _check_codes(stage, story)
    copy = _tampered_copy(cast.LOGGER.alias)
    proof = HOME / "tampered-proof.json"
    proved = stage.guoji("prove", story.lot.link, "-o", str(proof), GUOJI_DATABASE=f"sqlite:///{copy}")
    _expect(proved, 0, "`guoji prove` on the copied store")
    tampered = _verify(stage, str(proof))
    _expect(tampered, CONTRADICTED, "the proof from the tampered copy")
    for line in (
        tampered.stdout,
        f"untouched proof: {_verdict(untouched)}",
        f"tampered proof:  {_verdict(tampered)}",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _check_pages(stage: Stage, path: str) -> None:
    for lang, name in (("zh-CN", cast.PUNNET.name["zh"]), ("en", cast.PUNNET.name["en"])):
        if name.encode() not in stage.get(f"{path}?lang={lang}"):
            raise Refused(f"the page in {lang} does not name the product {name}")
    if b'"subject"' not in stage.get(path, accept="application/json"):
        raise Refused("the JSON of the trace has no subject")
    stage.get(f"/overlay{path}")


def _check_codes(stage: Stage, story: Story) -> None:
    """One on a punnet, one on nothing, and the proof of one under the name of another."""
    item, spare = story.lot.items[0], story.spare[0]
    path = f"/codes/proof?subject={quote(item, safe='')}"
    _expect(_verify(stage, stage.local_url + path), VERIFIED, "the proof of a code")
    of_spare = HOME / "spare-code.json"
    _expect(stage.guoji("codes", "prove", spare, "-o", str(of_spare)), 0, "`guoji codes prove`")
    _expect(_verify(stage, str(of_spare)), UNCHECKED, "the proof of a code that is on nothing")
    forged = HOME / "forged-code.json"
    forged.write_bytes(stage.get(path).replace(f'"item": "{item}"'.encode(), f'"item": "{spare}"'.encode()))
    _expect(_verify(stage, str(forged)), CONTRADICTED, "the proof of a code under the name of another")


def check_broadcast(stage: Stage, on_air: OnAir, console: Console) -> None:
    """End it, and have its record verified. Raises `Refused` unless that has what was said."""
    on_air.do(stage, "end")
    record = f"{stage.local_url}/live/{on_air.room}/record"

    def verified() -> bool:
        told = _verify(stage, record)
        return told.returncode == VERIFIED and "unchecked)" not in told.stdout

    stage.wait_for("the record of the broadcast to be anchored", verified)
    told = _verify(stage, record)
    if "(its end)" not in told.stdout:
        raise Refused(f"the record of the broadcast does not reach its end:\n{told.stdout}")
    console.print(f"on-air record:   {_verdict(told)}", markup=False, highlight=False, soft_wrap=True)


def _verify(stage: Stage, proof: str) -> subprocess.CompletedProcess[str]:
    return stage.guoji("verify", proof, "--trust", str(stage.settings.trust_file))


def _tampered_copy(alias: str) -> Path:
    """A copy of the database in which one reading of `alias` has one bit of its payload turned over."""
    copy = HOME / "tampered.db"
    with closing(sqlite3.connect(HOME / "guoji.db")) as original, closing(sqlite3.connect(copy)) as copied:
        original.backup(copied)
        arrival, payload = copied.execute(
            "SELECT arrival, payload FROM reading WHERE device = ? ORDER BY arrival LIMIT 1 OFFSET 100",
            [alias],
        ).fetchone()
        # A digit of the last value: 4 becomes 5, so that what is left is a sound reading, only another one.
        position = max(payload.rfind(digit) for digit in b"0123456789")
        flipped = payload[:position] + bytes([payload[position] ^ 1]) + payload[position + 1 :]
        copied.execute(
            "UPDATE reading SET payload = ? WHERE device = ? AND arrival = ?", [flipped, alias, arrival]
        )
        copied.commit()
    return copy


def _expect(done: subprocess.CompletedProcess[str], code: int, what: str) -> None:
    if done.returncode != code:
        raise Refused(f"{what} exits {done.returncode}, want {code}:\n{done.stdout}{done.stderr}")


def _verdict(done: subprocess.CompletedProcess[str]) -> str:
    """The line of the report that says what it comes to."""
    lines = done.stdout.splitlines()
    return next(line for line in lines if line.startswith(("Verified:", "Contradicted:")))
