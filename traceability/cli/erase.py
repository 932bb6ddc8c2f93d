"""`guoji erase`: remove personal data for good."""

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli.agreed import agreed
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput, Unknown
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.own_store import Store

STAYS = """\
What stays: the events with their commitments, and every proof of them, as they were. Backups made before now
still hold the values until you delete them; once restored, they are erased again."""
NOT_YET = (
    "Somebody reads the database just now; `guoji seal` clears its files of what was erased within a minute."
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    erase = commands.add_parser(
        "erase",
        help="remove personal data, and its salts, for good",
        description="Remove the values behind commitments, with their salts, for good: from the database and "
        "its files. When and why is written into the database and into erasures.jsonl in the home, so that a "
        "restored backup is erased again. Proofs stay as they are. Asks before it acts. What was said on air "
        "is refused until GUOJI_AIR_DAYS have passed.",
        epilog="Example: guoji erase --event KEY --reason 'the driver asked for it'",
    )
    erase.add_argument("commitments", metavar="COMMITMENT", nargs="*", help="64 hex digits")
    erase.add_argument("--event", metavar="KEY", help="every commitment in this event, handed in or not")
    erase.add_argument("--reason", help="one line, kept for good and shown; it must not name the person")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.add_argument(
        "--replay",
        metavar="FILE",
        type=Path,
        help="erase what a journal says, such as a newer erasures.jsonl from another machine",
    )
    erase.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from traceability.own_store import open_store

    settings = Settings.read(os.environ)
    store = open_store(settings)
    if args.replay is not None:
        if args.commitments or args.event or args.reason:
            raise InvalidInput("--replay takes reasons and commitments from its file, want nothing beside it")
        return _replay(args.replay, settings, store)
    return _erase(args, settings, store)


def _erase(args: argparse.Namespace, settings: Settings, store: "Store") -> int:
    from traceability.ledger.erase import check_reason, erase
    from traceability.ledger.personal import Erasure
    from traceability.live.forget_said import check_no_longer_kept
    from traceability.own_files import erasure_journal

    if args.reason is None:
        raise InvalidInput("no --reason, want one: it is kept, and shown to whoever asks for the value")
    check_reason(args.reason)
    commitments = [*_known(args.commitments, store), *_of_event(args.event, store)]
    if not commitments:
        raise InvalidInput("nothing is named, want a COMMITMENT or an --event that holds some")
    now_ms = int(time.time() * 1000)
    asked = [Erasure(each, now_ms, args.reason) for each in commitments]
    check_no_longer_kept(asked, store.air, now_ms, settings.air_days)
    for line in _described(commitments, store):
        print(printable(line))
    if not args.yes and not agreed("Erase these values for good?"):
        print("nothing was erased")
        return 0
    is_clean = erase(commitments, args.reason, now_ms, erasure_journal(settings), store.personal)
    print(f"erased: {len(dict.fromkeys(commitments))}\n{STAYS}")
    if not is_clean:
        print(NOT_YET)
    return 0


def _known(commitments: Sequence[str], store: "Store") -> Sequence[str]:
    """A typo must not pass for an erasure."""
    held = {each.disclosure.commitment for each in store.personal.kept(commitments)}
    held |= store.personal.erasures(commitments).keys()
    for commitment in commitments:
        if commitment not in held:
            raise Unknown(f"no value of {commitment[:80]!r} is here, and none was erased")
    return commitments


def _of_event(key: str | None, store: "Store") -> list[str]:
    from traceability.proof.personal import committed

    fields = () if key is None else committed(store.events.by_key(key).event.body)
    return [field.commitment for field in fields]


def _described(commitments: Sequence[str], store: "Store") -> list[str]:
    """A line for each, without its value: the screen may be seen by others."""
    kept = {each.disclosure.commitment: each for each in store.personal.kept(commitments)}
    erased = store.personal.erasures(commitments)
    lines = []
    for commitment in dict.fromkeys(commitments):
        if commitment in erased:
            what = f"already {erased[commitment]}"
        elif commitment in kept:
            what = f"{kept[commitment].disclosure.name}, kept for {kept[commitment].submitter}"
        else:
            what = "never handed in; it will not be taken any more"
        lines.append(f"  {commitment}  {what}")
    return lines


def _replay(path: Path, settings: Settings, store: "Store") -> int:
    from traceability.ledger.erase import replay
    from traceability.live.forget_said import check_no_longer_kept
    from traceability.own_files import erasure_journal
    from traceability.store.erasure_journal import ErasureFile

    if not path.is_file():
        raise InvalidInput(f"there is no file {path}")
    # Ours first: what the file says must outlive the file.
    known = {each.commitment for each in store.personal.all_erasures()}
    news = [each for each in ErasureFile(path).read() if each.commitment not in known]
    check_no_longer_kept(news, store.air, int(time.time() * 1000), settings.air_days)
    if news:
        erasure_journal(settings).append(news)
    print(f"erased: {replay(erasure_journal(settings), store.personal)}")
    return 0
