"""Check an installation's store, also against what stands outside it: keys, chain, mark, journal, files."""

from collections.abc import Callable, Iterator

from traceability import own_policy
from traceability.chain.rpc import RpcChain
from traceability.errors import ChainUnavailable
from traceability.log.checkpoint import log_id
from traceability.settings import Settings
from traceability.store.fsck.difference import Difference
from traceability.store.fsck.everything import Outside, differences
from traceability.store.fsck.signed import Believed
from traceability.store.fsck.view import Watch
from traceability.store.high_water import HighWaterFile
from traceability.store.migrate import check_up_to_date
from traceability.store.schema import open_engine
from traceability.wiring import ANSWER_WITHIN_S, erasure_journal

Tell = Callable[[str], None]


def fsck(settings: Settings, watch: Watch, tell: Tell, from_index: int = 0) -> Iterator[Difference]:
    """All that differ, as `store.fsck.everything.differences` finds them; the system may run meanwhile."""
    engine = open_engine(settings.database_url)
    try:
        check_up_to_date(engine)
        # Before the database is looked at: it may then hold more than this, and never less.
        outside = Outside(
            _believed(settings, tell), settings.home / "documents", erasure_journal(settings).read()
        )
        yield from differences(engine, outside, watch, tell, from_index)
    finally:
        engine.dispose()


def _believed(settings: Settings, tell: Tell) -> Believed:
    policy, logs = own_policy.policy(settings), own_policy.own_logs(settings)
    chain = RpcChain(settings.rpc_url, ANSWER_WITHIN_S) if settings.rpc_url and policy.contract else None
    heads = []
    if chain is None:
        tell("nothing was compared with a chain: there is none")
    else:
        try:
            heads = [chain.head(str(policy.contract), log_id(log.name, log.public_key)) for log in logs]
        except ChainUnavailable as error:
            tell(f"nothing was compared with the newest of the chain: {error}")
            chain = None
    mark = HighWaterFile(settings.high_water_file).newest()
    return Believed(logs, mark, policy, chain, heads)
