"""Subscriptions to named queries: made, listed, shown and deleted (EPCIS 2.0, 12.6)."""

from fastapi import APIRouter
from fastapi.responses import Response

from api import epcis_answer
from api.deps import WHOLE, LedgerDep, ReaderDep, SiteDep
from api.epcis_request import AskedDep, SentDep
from api.routes.epcis_queries import SmallBodyDep
from traceability.ledger.grant import Grant
from traceability.ledger.named_queries import NamedQuery, owner_of
from traceability.ledger.subscriptions import Subscription, Subscriptions
from traceability.telemetry.clock import iso

router = APIRouter(prefix="/epcis/queries/{name}/subscriptions")


@router.options("")
def discover_all() -> Response:
    return epcis_answer.discovery({"Allow": "OPTIONS, GET, HEAD, POST"})


@router.options("/{subscription_id}")
def discover() -> Response:
    return epcis_answer.discovery({"Allow": "OPTIONS, GET, HEAD, DELETE"})


@router.post("")
def add(
    name: str, grant: ReaderDep, asked: AskedDep, _: SentDep, body: SmallBodyDep, ledger: LedgerDep
) -> Response:
    made = ledger.subscriptions.add(name, body, grant)
    answer = epcis_answer.as_json(_shown(made), asked)
    answer.status_code = 201
    answer.headers["Location"] = f"{asked.path}/{made.id}"
    return answer


@router.api_route("", methods=WHOLE)
def listed(name: str, grant: ReaderDep, asked: AskedDep, site: SiteDep) -> Response:
    asked.check_no_parameters("the list of subscriptions")
    subscriptions, size = site.ledger.subscriptions, asked.paging.per_page
    query = _query(subscriptions, grant, name)
    # One more than is shown says whether there is another page.
    found = subscriptions.store.of(query, asked.paging.after_id() or "", size + 1)
    next_page = asked.next_page(site.public_url, (found[size - 1].id,)) if len(found) > size else None
    return epcis_answer.as_json([_shown(each) for each in found[:size]], asked, next_page)


@router.api_route("/{subscription_id}", methods=WHOLE)
def one(name: str, subscription_id: str, grant: ReaderDep, asked: AskedDep, ledger: LedgerDep) -> Response:
    asked.check_no_parameters("a subscription")
    query = _query(ledger.subscriptions, grant, name)
    return epcis_answer.as_json(_shown(ledger.subscriptions.store.one(query, subscription_id)), asked)


@router.delete("/{subscription_id}")
def remove(name: str, subscription_id: str, grant: ReaderDep, _: SentDep, ledger: LedgerDep) -> Response:
    ledger.subscriptions.store.remove(_query(ledger.subscriptions, grant, name), subscription_id)
    return epcis_answer.without_body(204)


def _query(subscriptions: Subscriptions, grant: Grant, name: str) -> NamedQuery:
    return subscriptions.queries.named(owner_of(grant), name)


def _shown(made: Subscription) -> dict[str, object]:
    """As the standard's AbstractQuerySubscriptionResponse; the secret is not told."""
    shown: dict[str, object] = {
        "subscriptionID": made.id,
        "queryName": made.query.name,
        "dest": made.dest,
        "createdAt": iso(made.created_at_ms),
        "minRecordTime": iso(made.looked_at_ms),
    }
    if made.notified_at_ms is not None:
        shown["lastNotifiedAt"] = iso(made.notified_at_ms)
    if made.initial_record_time_ms is not None:
        shown["initialRecordTime"] = iso(made.initial_record_time_ms)
    if made.schedule is None:
        return shown | {"stream": True}
    return shown | {"schedule": made.schedule.fields, "reportIfEmpty": made.report_if_empty}
