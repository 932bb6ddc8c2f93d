"""All tables of one installation, over its one database."""

from collections.abc import Callable
from dataclasses import dataclass

from traceability import own_policy
from traceability.ledger.erase import replay
from traceability.own_files import erasure_journal, status_lists
from traceability.settings import Settings
from traceability.store.air import AirTable
from traceability.store.alert_watches import AlertWatchTable
from traceability.store.alerts import AlertTable
from traceability.store.anchors import AnchorTable
from traceability.store.arrivals import ArrivalTable
from traceability.store.calibrations import CalibrationTable
from traceability.store.capture_jobs import JobTable
from traceability.store.changes import StoreChanges
from traceability.store.codes import CodeTable
from traceability.store.counts import Counts
from traceability.store.device_keys import DeviceKeyTable
from traceability.store.devices import DeviceTable
from traceability.store.events import EventTable
from traceability.store.farm import FarmTable
from traceability.store.history import History
from traceability.store.imports import ImportTable
from traceability.store.links import LinkTable
from traceability.store.log import CheckpointTable, LogTable
from traceability.store.log_events import LogEventTable
from traceability.store.migrate import check_up_to_date
from traceability.store.name_map import NameMapTable
from traceability.store.named_queries import NamedQueryTable
from traceability.store.notices import NoticeTable
from traceability.store.parties import PartyTable
from traceability.store.personal import PersonalTable
from traceability.store.plots import PlotTable
from traceability.store.quarantine import QuarantineTable
from traceability.store.recalls import RecallTable
from traceability.store.rooms import RoomTable
from traceability.store.scans import ScanTable
from traceability.store.schema import open_engine
from traceability.store.sealing import SealTable
from traceability.store.search import EventSearch
from traceability.store.subscriptions import SubscriptionTable
from traceability.store.tokens import TokenTable
from traceability.store.visits import VisitTable


@dataclass(frozen=True, slots=True)
class Store:
    """Every table, over one database."""

    devices: DeviceTable
    device_keys: DeviceKeyTable
    calibrations: CalibrationTable
    arrivals: ArrivalTable
    sealing: SealTable
    quarantine: QuarantineTable
    history: History
    events: EventTable
    search: EventSearch
    recalls: RecallTable
    plots: PlotTable
    scans: ScanTable
    codes: CodeTable
    jobs: JobTable
    imports: ImportTable
    named_queries: NamedQueryTable
    subscriptions: SubscriptionTable
    notices: NoticeTable
    log_events: LogEventTable
    log: LogTable
    names: NameMapTable
    checkpoints: CheckpointTable
    anchors: AnchorTable
    tokens: TokenTable
    parties: PartyTable
    links: LinkTable
    alert_watches: AlertWatchTable
    alerts: AlertTable
    farm: FarmTable
    personal: PersonalTable
    rooms: RoomTable
    air: AirTable
    visits: VisitTable
    counts: Counts
    changes: Callable[[], StoreChanges]
    """For each follower its own: it tells what came since it was asked last."""
    close: Callable[[], None]
    """Ends the connections; the store cannot be used after that."""


def open_store(settings: Settings) -> Store:
    """Raises `InvalidInput` if there is no database, or an older one: `guoji init` makes it right."""
    settings.check_no_box()
    engine = open_engine(settings.database_url)
    check_up_to_date(engine)
    contract_address = own_policy.policy(settings).contract or ""
    personal = PersonalTable(engine)
    # Before anybody can ask for it: an old copy of the database may hold what was erased since.
    replay(erasure_journal(settings), personal)
    return Store(
        devices=DeviceTable(engine),
        device_keys=DeviceKeyTable(engine),
        calibrations=CalibrationTable(engine),
        arrivals=ArrivalTable(engine),
        sealing=SealTable(engine),
        quarantine=QuarantineTable(engine),
        history=History(engine),
        events=EventTable(engine),
        search=EventSearch(engine),
        recalls=RecallTable(engine),
        plots=PlotTable(engine),
        scans=ScanTable(engine),
        codes=CodeTable(engine),
        jobs=JobTable(engine),
        imports=ImportTable(engine),
        named_queries=NamedQueryTable(engine),
        subscriptions=SubscriptionTable(engine),
        notices=NoticeTable(engine),
        log_events=LogEventTable(engine),
        log=LogTable(engine),
        names=NameMapTable(engine),
        checkpoints=CheckpointTable(engine, settings.origin),
        anchors=AnchorTable(engine, contract_address, own_policy.own_log(settings).key_id.hex()),
        tokens=TokenTable(engine),
        parties=PartyTable(engine),
        links=LinkTable(engine),
        alert_watches=AlertWatchTable(engine),
        alerts=AlertTable(engine),
        farm=FarmTable(engine),
        personal=personal,
        rooms=RoomTable(engine),
        air=AirTable(engine),
        visits=VisitTable(engine),
        counts=Counts(engine, contract_address),
        changes=lambda: StoreChanges(engine, contract_address, status_lists(settings).revision),
        close=engine.dispose,
    )
