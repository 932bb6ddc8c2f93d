"""The story's laboratory: what it measured, and the report that it signs with a key of its own."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from statistics import mean
from typing import Any

from demo import cast
from demo.cast import Names
from demo.replay import laboratory_values
from demo.shapes import Event, seen, staged, told
from traceability.laboratory.sign import LaboratoryKey
from traceability.proof.credential import REPORT, related_resource
from traceability.proof.issuers import TrustedIssuer
from traceability.proof.status_list import entry_json

ISSUER = "https://lab.guoji.example"
PAPERS = "https://ns.guoji.example/papers"
HOLDS_FOR = timedelta(days=365)

_STATUS_LIST, _INDEX = f"{ISSUER}/status/1", 48_211


def trusted(key: LaboratoryKey) -> TrustedIssuer:
    """The line of the demonstration's trust policy. It names no accreditation: there is none."""
    told = {"id": key.issuer, "name": dict(cast.LABORATORY.name), "for": [REPORT], "keys": [key.jwk()]}
    return TrustedIssuer.parse(json.dumps(told, ensure_ascii=False))


def inspecting(at: datetime, lot: str, sheet_url: str, sheet_sha256: str, key: LaboratoryKey | None) -> Event:
    """The event of the test of `lot`, with the report that `key` signs; without a key it is unsigned."""
    made = seen(
        at,
        cast.LABORATORY,
        cast.BENCH,
        "inspecting",
        "conformant",
        quantityList=[{"epcClass": lot}],
        bizTransactionList=[
            {"type": "testprd", "bizTransaction": f"{PAPERS}/brix-and-firmness"},
            {"type": "testres", "bizTransaction": sheet_url},
        ],
    )
    results = [
        {"guoji:analyte": told(name), "guoji:value": value, "guoji:uom": u} for name, u, value in _found()
    ]
    made |= staged(cast.LAB_STAGED) | {"guoji:labResults": results, "guoji:reportSha256": sheet_sha256}
    return made if key is None else made | _signed(key, at, lot, sheet_sha256)


def _signed(key: LaboratoryKey, at: datetime, lot: str, sheet_sha256: str) -> dict[str, Any]:
    subject = {
        "lots": [lot],
        "testedAt": at.isoformat(),
        "results": [{"analyte": dict(name), "unit": unit, "value": value} for name, unit, value in _found()],
        "conclusion": "conformant",
    }
    credential = key.issue(
        REPORT,
        subject,
        validFrom=at.isoformat(),
        validUntil=(at + HOLDS_FOR).isoformat(),
        relatedResource=[related_resource(sheet_sha256, "text/csv")],
        credentialStatus=entry_json(_STATUS_LIST, _INDEX),
    )
    # Nobody can fetch a list from an invented laboratory, so it comes along.
    status_list = key.status_list(_STATUS_LIST, (), at, at + HOLDS_FOR)
    return {"guoji:credential": credential, "guoji:statusList": status_list}


def _found() -> Iterator[tuple[Names, str, float]]:
    """Name, unit and value of each result."""
    yield from _of(
        "可溶性固形物（糖度）", "soluble solids (Brix)", "J18", laboratory_values("soluble_solids")
    )
    yield from _of("硬度", "firmness", "unstated", laboratory_values("firmness"))


def _of(zh: str, en: str, unit: str, values: Sequence[float]) -> Iterator[tuple[Names, str, float]]:
    for zh_of_all, en_of_all, value in (
        ("平均", "mean", round(mean(values), 2)),
        ("最低", "lowest", min(values)),
        ("最高", "highest", max(values)),
    ):
        names = cast.names(f"{zh}，{len(values)} 个样品{zh_of_all}", f"{en}, {en_of_all} of {len(values)}")
        yield names, unit, value
