"""After an old copy of the store was restored: fetch what it lacks from a mirror of our own public log."""

from collections.abc import Callable, Iterator, Sequence

from traceability import own_policy
from traceability.audit.served import ServedLog, Unfit
from traceability.audit.source import source_of
from traceability.errors import ChainUnavailable, CheckFailed, InvalidInput, Refused
from traceability.ledger.ports import Held
from traceability.log.checkpoint import open_checkpoint
from traceability.log.tiles import WIDTH, TilePath, width_at
from traceability.own_chain import held_by_contract
from traceability.settings import Settings
from traceability.store.high_water import HighWaterFile
from traceability.store.log import CheckpointTable, LogTable
from traceability.store.migrate import check_up_to_date
from traceability.store.put_back import PutBack, put_back
from traceability.store.schema import open_engine

# The order is the whole point: (1) put the entries back, all of them or none, (2) raise the mark, (3) keep
# the checkpoint that was signed over them.
#
# A crash between (1) and (3) leaves a log that is larger than its checkpoint, as a crash of the publisher
# does: the next one signs that tree, and it is the tree that was signed before.


def recover(settings: Settings, url: str, tell: Callable[[str], None]) -> PutBack:
    """Take in the entries up to the checkpoint at `url`, a server of our log or a mirror's folder.

    `tell` takes a line if the chain was not asked. Raises `Refused` for what our key did not sign or what
    does not lead to it; nothing is changed then.
    """
    served = ServedLog(source_of(url))
    engine = open_engine(settings.database_url)
    try:
        check_up_to_date(engine)
        note = served.checkpoint()
        mark = HighWaterFile(settings.high_water_file)
        marked = mark.newest()
        logs = own_policy.own_logs(settings)
        signed, by = open_checkpoint(note, logs)
        if by != logs[-1] and note != marked:
            # Whoever stole a key that was replaced could have us sign what they made up.
            raise Refused(f"{url}: its checkpoint is signed by an earlier key of ours; nothing was changed")

        def published(start: int) -> Iterator[tuple[bytes, bytes]]:
            return _published(served, start, signed.size)

        # (1)
        last = None if marked is None else open_checkpoint(marked, logs)[0]
        at_mark = [] if last is None else [Held(last.size, last.root)]
        known = [*at_mark, *_anchored(settings, tell)]
        want = max((each.size for each in known), default=0)
        if signed.size < want and LogTable(engine).size() < want:
            raise Refused(
                f"{url}: this source has {signed.size} entries, we signed {want}: try another one; "
                "nothing was changed"
            )
        done = put_back(engine, published, signed, known)
        # (2)
        if last is None or last.size < signed.size:
            mark.replace(marked, note)
        # (3)
        if signed.size == done.size:
            checkpoints = CheckpointTable(engine, settings.origin)
            checkpoints.replace(checkpoints.newest(), note)
    except Unfit as unfit:
        raise Refused(f"{url}: {unfit.where}: {unfit}; nothing was changed") from unfit
    except (InvalidInput, CheckFailed) as error:
        raise Refused(f"{url}: {error}; nothing was changed") from error
    finally:
        engine.dispose()
    return done


def _anchored(settings: Settings, tell: Callable[[str], None]) -> Sequence[Held]:
    try:
        return held_by_contract(settings)
    except (ChainUnavailable, InvalidInput) as error:
        tell(f"not compared with the chain: {error}")
        return []


def _published(served: ServedLog, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    for bundle in range(start // WIDTH, -(-size // WIDTH)):
        path = TilePath(None, bundle, width_at(0, bundle, size))
        both = list(zip(served.entries(path), served.names(path), strict=True))
        yield from both[max(start - bundle * WIDTH, 0) :]
