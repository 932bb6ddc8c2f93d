"""`guoji serve`: the web server, in one process or in several on one port."""

import argparse
import gc
import os
import sys
from functools import partial

from traceability.cli.journal import journal
from traceability.cli.loop import until_told_to_stop
from traceability.settings import Settings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser(
        "serve",
        help="answer scans: trace pages, proofs, the log, capture",
        description="Serve pages and proofs on GUOJI_HTTP_HOST and GUOJI_HTTP_PORT, in GUOJI_HTTP_WORKERS "
        "processes. One that dies is started again.",
    )
    serve.add_argument(
        "--one", action="store_true", help="be one of several processes on the port; the others do the same"
    )
    serve.set_defaults(run=_serve)


def _serve(args: argparse.Namespace) -> int:
    settings = Settings.read(os.environ)
    if settings.http_workers > 1 and not args.one:
        return _several(settings)
    return _one(settings, shares_port=args.one)


def _several(settings: Settings) -> int:
    from traceability.cli.supervisor import Child, Supervisor, program
    from traceability.own_store import open_store
    from traceability.ports import free_port

    stop = until_told_to_stop()
    # What would end each of them ends us, and says so once.
    open_store(settings).close()
    free_port(settings.http_host, settings.http_port)
    supervisor = Supervisor(settings.home / "run", journal("serve", settings.log_json))
    command = [sys.executable, "-m", "traceability.cli.main", "serve", "--one"]
    try:
        for number in range(1, settings.http_workers + 1):
            supervisor.add(Child(f"serve-{number}", partial(program, command)))
        supervisor.watch(stop)
    finally:
        supervisor.stop()
    return 0


def _one(settings: Settings, shares_port: bool) -> int:
    from api.app import create_app
    from api.event_front import EventFront
    from api.front import Front
    from api.live_goods import LiveGoods
    from api.room_relay import RoomRelay
    from api.scan_visit import ScanDesk
    from traceability.cli.web_server import serve
    from traceability.own_store import open_store
    from traceability.wiring import (
        farm,
        importer,
        issued,
        ledger,
        lot_pages,
        public_url,
        recaller,
        scans,
        studio,
        viewers,
    )

    store = open_store(settings)
    held, own_codes = ledger(settings, store), issued(settings, store)
    app = create_app(
        held,
        public_url=public_url(settings),
        verifier_url=settings.verifier_url,
        farm=farm(settings, store),
        importer=importer(settings, store),
        recaller=recaller(settings, store),
        check_issued=own_codes.check,
        scan_desk=ScanDesk(
            scans(settings, store, held.trace),
            settings.place_headers,
            settings.scan_address_header,
            settings.scratch_codes,
            settings.scan_days,
            own_codes.has,
        ),
        room_relay=RoomRelay(store.rooms, store.air),
        studio=studio(store, held, LiveGoods(held.made).of),
        viewers=viewers(store),
        lot_pages=lot_pages(store),
    )
    # A trace is thousands of small values: looking through all of them for garbage at every turn is wasted.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    front = Front(app, app.state.site.kept)
    app_and_fronts = EventFront(front, settings.scan_address_header)
    serve(app_and_fronts, front, settings.http_host, settings.http_port, shares_port)
    return 0
