"""GET of how the system is: alive, ready, and its numbers for Prometheus."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.deps import WHOLE, LedgerDep, SiteDep
from api.readiness import AWAY

router = APIRouter()


@router.api_route("/healthz", methods=WHOLE)
async def alive() -> JSONResponse:
    return JSONResponse({"alive": True})


@router.api_route("/readyz", methods=WHOLE)
async def ready(site: SiteDep) -> JSONResponse:
    """Not ready only without the store: while broker or chain is away, pages are still served and say so."""
    parts = await site.readiness.parts()
    return JSONResponse(parts, 503 if parts["store"] == AWAY else 200)


@router.get("/metrics")
def metrics(site: SiteDep, ledger: LedgerDep) -> Response:
    registry = CollectorRegistry()
    pages = {f"pages_{name}": number for name, number in asdict(site.kept.numbers).items()}
    registry.register(_Status({**ledger.status(), **pages}))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Status(Collector):
    """One gauge a number: counters too, for most of them live in the store, not in this process."""

    def __init__(self, status: Mapping[str, float]) -> None:
        self._status = status

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, value in self._status.items():
            yield GaugeMetricFamily(f"guoji_{name}", name.replace("_", " "), value)
