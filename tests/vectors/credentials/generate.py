"""Writes the credential vectors (by default beside it): a sound one, and one file per way to fail."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.builders import CONTEXT, FARM, FIELD, LOT, OTHER_LOT, SHOP, START, a_harvest, a_pack_out
from tests.laboratories import (
    KEY,
    LIST_URL,
    NOW,
    OTHER_KEY,
    a_credential,
    a_key,
    a_subject,
    a_trusted,
    an_inspection,
    day,
    of_plots,
)
from traceability.epcis.compact_jws import to_base64url
from traceability.epcis.event import Event
from traceability.laboratory.sign import LaboratoryKey
from traceability.proof.credential import payload

NONE_SET = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
"""From the standard's own example. Both stand here as text, since not every zlib packs alike."""
ONE_SET = "uH4sIAAAAAAACA-3QAQ0AAAwCIO1f2hz_IAIJAAAAAAAAAAAAAADfVAEAAADAOQNQdb5gAEAAAA"
"""The bit 94567."""
ORGANIC = "OrganicCertificate"
STRANGER = "9521321000018"
Vector = dict[str, Any]


def a_list(encoded: str, key: LaboratoryKey = KEY, until: float = 9) -> str:
    subject = {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": encoded}
    span = {"validFrom": day(1.5), "validUntil": day(until)}
    return key.sign(payload("BitstringStatusListCredential", key.issuer, subject, id=LIST_URL, **span))


def vector(credential: str, want: str, lot: str = LOT, **changed: Any) -> Vector:
    stated = changed.pop("stated", {})
    sound = {
        "issuers": [a_trusted().text],
        "lists": [a_list(NONE_SET)],
        "now": NOW.isoformat(),
        "captured_at": (START + timedelta(days=1)).isoformat(),
        "event": dict(an_inspection(credential, lot, **stated).body),
        "want": want,
    }
    return sound | changed


def with_header(text: str, header: dict[str, Any]) -> str:
    return ".".join([to_base64url(json.dumps(header).encode()), *text.split(".")[1:]])


def of_a_plot(want: str, *history: tuple[str, Event], **stated: Any) -> Vector:
    """An organic certificate of `FIELD`, held by `FARM`, in an event about `LOT`."""
    text = KEY.sign(payload(ORGANIC, KEY.issuer, of_plots(**stated), validFrom=day(-1)))
    past = [{"submitter": gln, "event": dict(event.body)} for gln, event in history]
    return vector(text, want, issuers=[a_trusted(**{"for": [ORGANIC]}).text], lists=[], history=past)


def of_plots_alone() -> dict[str, Vector]:
    here, elsewhere = (FARM, a_harvest(0, LOT)), a_harvest(1, LOT, place=SHOP)
    body = {name: value for name, value in elsewhere.body.items() if name != "bizStep"}
    spelled = Event({**body, "bizStep": "https://ref.gs1.org/cbv/BizStep-commissioning"}, CONTEXT)
    brought = a_harvest(0, LOT, place=SHOP, bizLocation={"id": FIELD})
    packed = (FARM, a_harvest()), (FARM, a_pack_out(3))
    return {
        "plot": of_a_plot("confirmed", here),
        "plot-packed": of_a_plot("confirmed", *packed),
        "plot-without-a-holder": of_a_plot("unreadable", here, holder=None),
        "plot-harvested-by-a-stranger": of_a_plot("out-of-scope", (STRANGER, here[1])),
        "plot-only-where-it-went": of_a_plot("out-of-scope", (FARM, brought)),
        "plot-and-more-from-elsewhere": of_a_plot("out-of-scope", here, (FARM, spelled)),
        "plot-and-more-in-no-step": of_a_plot("out-of-scope", here, (FARM, Event(body, CONTEXT))),
        "plot-packed-by-who-never-had-it": of_a_plot("out-of-scope", packed[0], (STRANGER, packed[1][1])),
        "plot-of-goods-made-of-themselves": of_a_plot("out-of-scope", here, (FARM, a_pack_out(2, LOT, LOT))),
    }


def vectors() -> dict[str, Vector]:
    sound = a_credential()
    header = {"typ": "vc+jwt", "kid": KEY.key_id, "alg": "EdDSA"}
    impostor = LaboratoryKey(KEY.issuer, a_key(seed=9).signer)
    turned = sound[:-2] + ("A" if sound[-2] != "A" else "B") + sound[-1]
    wrong_value = {
        "guoji:labResults": [{"guoji:analyte": "chlorpyrifos", "guoji:value": 0.1, "guoji:uom": "NA"}]
    }
    both = [a_trusted().text, a_trusted(OTHER_KEY).text]
    return {
        "sound": vector(sound, "confirmed"),
        "sound-without-status": vector(a_credential(credentialStatus=None), "confirmed", lists=[]),
        "alg-none": vector(with_header(sound, header | {"alg": "none"}), "unreadable"),
        "alg-hs256": vector(with_header(sound, header | {"alg": "HS256"}), "unreadable"),
        "header-with-a-key": vector(with_header(sound, header | {"jwk": KEY.jwk()}), "unreadable"),
        "another-type": vector(with_header(sound, header | {"typ": "JWT"}), "unreadable"),
        "context-of-ones-own": vector(KEY.sign(_content() | {"@context": [{"a": "b"}]}), "unreadable"),
        "nobody-knows-the-issuer": vector(sound, "unknown-issuer", issuers=[a_trusted(OTHER_KEY).text]),
        "key-of-an-impostor": vector(a_credential(impostor), "not-signed"),
        "kid-of-another-issuer": vector(
            a_credential(LaboratoryKey(KEY.issuer, OTHER_KEY.signer)), "not-signed", issuers=both
        ),
        "signature-turned": vector(turned, "not-signed"),
        "not-for-this-kind": vector(
            sound, "not-trusted", issuers=[a_trusted(**{"for": ["OrganicCertificate"]}).text]
        ),
        "captured-after-the-trust-ended": vector(sound, "not-trusted", captured_at=day(101)),
        "not-yet-valid": vector(sound, "not-yet-valid", now=day(0.5)),
        "expired": vector(sound, "expired", now=day(31)),
        "of-another-lot": vector(sound, "out-of-scope", lot=OTHER_LOT),
        "another-document": vector(sound, "differs", stated={"guoji:reportSha256": "0" * 64}),
        "another-value": vector(sound, "differs", stated=wrong_value),
        "revoked": vector(sound, "revoked", lists=[a_list(NONE_SET), a_list(ONE_SET)]),
        "no-list": vector(sound, "status-unknown", lists=[]),
        "list-that-ended": vector(sound, "status-unknown", lists=[a_list(NONE_SET, until=1.8)]),
        "list-of-another-issuer": vector(
            sound, "status-unknown", issuers=both, lists=[a_list(ONE_SET, OTHER_KEY)]
        ),
        **of_plots_alone(),
    }


def _content() -> dict[str, Any]:
    return payload("LaboratoryReport", KEY.issuer, a_subject(), validFrom=day(1))


def main(folder: Path) -> None:
    for name, content in vectors().items():
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
