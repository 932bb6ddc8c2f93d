"""Check an installation's store, also against what stands outside it: keys, chain, mark, journal, files."""

from collections.abc import Callable, Generator

from traceability import own_policy
from traceability.chain.rpc import RpcChain
from traceability.errors import ChainUnavailable
from traceability.ledger.ports import Held
from traceability.own_chain import ANSWER_WITHIN_S, held_by_contract
from traceability.own_files import erasure_journal
from traceability.settings import Settings
from traceability.store.fsck.difference import Difference
from traceability.store.fsck.everything import Outside, differences
from traceability.store.fsck.signed import Believed
from traceability.store.fsck.view import Watch
from traceability.store.high_water import HighWaterFile
from traceability.store.migrate import check_up_to_date
from traceability.store.schema import open_engine

Tell = Callable[[str], None]


def fsck(
    settings: Settings, watch: Watch, tell: Tell, from_index: int = 0
) -> Generator[Difference, None, None]:
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
    policy, heads = own_policy.policy(settings), list[Held]()
    chain = RpcChain(settings.rpc_url, ANSWER_WITHIN_S) if settings.rpc_url and policy.contract else None
    if chain is None:
        tell("nothing was compared with a chain: there is none")
    else:
        try:
            heads = held_by_contract(settings)
        except ChainUnavailable as error:
            tell(f"nothing was compared with the chain: {error}")
            chain = None
    mark = HighWaterFile(settings.high_water_file).newest()
    return Believed(own_policy.own_logs(settings), mark, policy, chain, heads)
