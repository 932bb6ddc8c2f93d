"""The page for recalls: name goods, see what they touch, confirm or drill, see who is told, end a recall."""

import time
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api.deps import Site, SiteDep, WordsDep
from api.farm_page import NEVER_KEPT, farm_page, go_to
from api.party_pages import PartyPages, Sent, SignedIn
from api.present.recall_page import order_lines, recall_view, touched_view
from api.recall_request import RecallerDep, new_order, recaller_of
from api.signed_in import TokenCookie
from api.words import Words
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.exports.recall_report import RecallReport, how_told
from traceability.ledger.recall import Order
from traceability.recaller import Planned, Recaller, only_goods, told

PAGES = PartyPages(
    TokenCookie("guoji_recall", "/recall", lasts_s=12 * 3_600),
    # With a document that shows how it was put right.
    largest_form=5 * 1024 * 1024,
    sign_in_page="recall_sign_in.html",
)
SignedInDep = Annotated[SignedIn, Depends(PAGES.signed_in)]
SentDep = Annotated[Sent, Depends(PAGES.sent)]

router = APIRouter(prefix="/recall", dependencies=[Depends(recaller_of)])
PAGES.add_sign_in(router)

Form = Literal["pdf", "csv"]
_MEDIA = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}
_FIELDS = ("goods", "reason", "reason_en", "advice", "advice_en", "level")


@router.get("")
def begin(
    site: SiteDep, words: WordsDep, recaller: RecallerDep, by: SignedInDep, goods: str = ""
) -> Response:
    return _begin(site, words, recaller, by, {**dict.fromkeys(_FIELDS, ""), "goods": goods})


@router.post("/look")
def look(site: SiteDep, words: WordsDep, recaller: RecallerDep, sent: SentDep) -> Response:
    """Records nothing: what is shown is what would be recalled."""
    return _looked(site, words, recaller, sent, "recall_look.html")


@router.post("/drill")
def drill(site: SiteDep, words: WordsDep, recaller: RecallerDep, sent: SentDep) -> Response:
    return _looked(site, words, recaller, sent, "recall_drill.html")


@router.post("/drill/report")
def drill_report(recaller: RecallerDep, sent: SentDep) -> Response:
    form: Form = "pdf" if sent.text("form") == "pdf" else "csv"
    planned, seconds = _planned(recaller, sent)
    steps = [("find, check and write", seconds)]
    report = RecallReport(
        planned.order, planned.touched, how_told(planned.told), steps, True, recaller.names()
    )
    return _download(report, form, "drill")


@router.post("/record")
def record(site: SiteDep, words: WordsDep, recaller: RecallerDep, sent: SentDep) -> Response:
    """What the goods became since they were looked at is recalled as well."""
    try:
        _check_agreed(sent, words)
        planned, _ = _planned(recaller, sent)
    except (InvalidInput, Unknown) as refusal:
        return _begin(site, words, recaller, sent.by, _typed(sent), _why(refusal, words))
    return go_to(f"/recall/{recaller.record(planned)[0].key}", words)


@router.get("/{key}")
def one(key: str, site: SiteDep, words: WordsDep, recaller: RecallerDep, by: SignedInDep) -> Response:
    return _one(site, words, recaller, by, key)


@router.get("/{key}/report.{form}")
def report(key: str, form: Form, recaller: RecallerDep, by: SignedInDep) -> Response:
    """As it stands now."""
    found = recaller.one(key, by.grant)
    order = Order(
        found.notice, only_goods(found), found.by, found.reason, found.advice, found.level, found.at
    )
    [touched] = recaller.touched(found)
    ways = how_told(told(touched, recaller.targets(), found.by))
    return _download(RecallReport(order, touched, ways, (), False, recaller.names()), form, "recall")


@router.post("/{key}/release")
def release(key: str, site: SiteDep, words: WordsDep, recaller: RecallerDep, sent: SentDep) -> Response:
    document, found = sent.fields.get("document", b""), recaller.one(key, sent.by.grant)
    try:
        _check_agreed(sent, words)
        reason, keys = _texts(sent, "reason"), sent.text("events").split()
        documents = [document] if document else []
        planned = recaller.propose_end(found, reason, keys, documents, sent.by.grant)
    except InvalidInput as refusal:
        return _one(site, words, recaller, sent.by, key, _why(refusal, words))
    recaller.record(planned)
    return go_to(f"/recall/{key}", words)


def _begin(
    site: Site, words: Words, recaller: Recaller, by: SignedIn, typed: dict[str, str], refused: str = ""
) -> Response:
    recalls = [recall_view(each, words) for each in recaller.listed(by.grant)]
    status, party = 422 if refused else 200, by.grant.submitter
    values = {"typed": typed, "recalls": recalls, "refused": refused}
    return farm_page(site, words, "recall.html", status, by.form_key, party=party, **values)


def _looked(site: Site, words: Words, recaller: Recaller, sent: Sent, template: str) -> Response:
    typed = _typed(sent)
    try:
        planned, seconds = _planned(recaller, sent)
    except (InvalidInput, Unknown) as refusal:
        return _begin(site, words, recaller, sent.by, typed, _why(refusal, words))
    view = touched_view(planned.touched, planned.told, {}, recaller.names(), words)
    lines = order_lines(planned.order, words)
    took = words.number(seconds, 1)
    values = {"typed": typed, "lines": lines, "touched": view, "took": took}
    return farm_page(site, words, template, 200, sent.by.form_key, **values)


def _one(site: Site, words: Words, recaller: Recaller, by: SignedIn, key: str, refused: str = "") -> Response:
    found, targets = recaller.one(key, by.grant), recaller.targets()
    views = []
    for touched in recaller.touched(found):
        late = recaller.late(found, touched.parties)
        views.append(touched_view(touched, told(touched, targets, found.by), late, recaller.names(), words))
    values = {"recall": recall_view(found, words), "touched": views, "refused": refused}
    return farm_page(site, words, "recall_one.html", 422 if refused else 200, by.form_key, **values)


def _planned(recaller: Recaller, sent: Sent) -> tuple[Planned, float]:
    """What would be recalled, and how many seconds it took to find."""
    grant, begun = sent.by.grant, time.perf_counter()
    reason, advice, level = _texts(sent, "reason"), _texts(sent, "advice"), sent.text("level") or None
    order = new_order(sent.text("goods"), grant.submitter, reason, advice, level, recaller.now())
    return recaller.propose(order, grant), time.perf_counter() - begun


def _texts(sent: Sent, name: str) -> Mapping[str, str]:
    """As typed in Chinese and in English; one text counts in both."""
    said = {"zh": sent.text(name), "en": sent.text(f"{name}_en")}
    either = said["zh"] or said["en"]
    return {language: text or either for language, text in said.items()} if either else {}


def _typed(sent: Sent) -> dict[str, str]:
    return {name: sent.text(name) for name in _FIELDS}


def _check_agreed(sent: Sent, words: Words) -> None:
    if sent.text("agreed") != "yes":
        raise InvalidInput(words.say("Nothing was recorded: the box for agreeing was not ticked."))


def _why(refusal: InvalidInput | Unknown, words: Words) -> str:
    if isinstance(refusal, Unknown):
        return words.say("We hold nothing under this code")
    if isinstance(refusal, NotAuthorised):
        return f"{words.say('You may not do this')}: {refusal}"
    return f"{words.say('What was sent is not right')}: {refusal}"


def _download(report: RecallReport, form: Form, name: str) -> Response:
    named = f'attachment; filename="guoji-{name}-{report.order.at:%Y%m%d-%H%M}.{form}"'
    headers = {"Content-Disposition": named, **NEVER_KEPT}
    return Response(report.pdf() if form == "pdf" else report.csv(), 200, headers, _MEDIA[form])
