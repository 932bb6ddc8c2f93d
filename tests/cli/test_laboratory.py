"""`guoji laboratory`: from a result sheet to a confirmed report, and all that is refused on the way."""

import json

import pytest

from tests.builders import LOT, OTHER_LOT
from traceability.cli.main import main
from traceability.own_policy import chain_lines, policy, write_policy
from traceability.wiring import ledger

ISSUER, LIST = "https://lab.example", "https://lab.example/status/1"
SHEET = """analyte_zh,value,unit,limit,limit_standard,lod,conclusion
毒死蜱,0.012,mg/kg,0.02,GB 2763-2021,0.001,pass
啶虫脒,未检出,mg/kg,,,0.001,pass
"""
LATER = "2999-01-01T00:00:00Z"


@pytest.fixture
def lab(settings, monkeypatch, tmp_path, capsys):
    """Runs `guoji laboratory` in a folder that has a key, a sheet and a PDF; gives code and output."""
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results.csv").write_text(SHEET, encoding="utf-8")
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")

    def run(*words):
        code = main(["laboratory", *words])
        out, err = capsys.readouterr()
        return code, out + err

    code, jwk = run("key", ISSUER, "-o", "lab.pem")
    (tmp_path / "lab.jwk").write_text(jwk)
    assert code == 0
    return run


SIGNER = ("--issuer", ISSUER, "--key", "lab.pem", "--until", LATER)
SAID = (
    "--lot",
    LOT.replace("id.gs1.org", "shop.example"),
    "--tested",
    "2026-11-20T12:30:00+08:00",
    "--report",
    "report.pdf",
)
IN_LIST = ("--list", LIST, "--index", "5")


def issue(lab, *words):
    return lab("issue", "results.csv", *SIGNER, *SAID, *words, "-o", "report.jwt")


def trust(lab, *words):
    return lab("trust", "add", ISSUER, "lab.jwk", "--name-zh", "示范检测室", *words)


def test_a_report_is_signed_from_a_sheet_believed_and_revoked(lab, settings):
    assert issue(lab, *IN_LIST)[0] == 0
    check = (
        "check",
        "report.jwt",
        "--trust",
        str(settings.trust_file),
        "--lot",
        LOT,
        "--report",
        "report.pdf",
    )
    assert "unknown-issuer" in lab(*check)[1]
    assert trust(lab, "--accreditation", "CMA 1")[0] == 0
    assert "not known to be unrevoked" in lab(*check)[1]

    lab("revoke", "--list", LIST, *SIGNER, "-o", "list.jwt")
    code, said = lab(*check, "--status", "list.jwt")
    assert code == 0
    assert '"below": "LOD"' in said
    assert "confirmed: https://lab.example signed it" in said

    lab("revoke", "5", "--list", LIST, *SIGNER, "-o", "list2.jwt", "--before", "list.jwt")
    lab("revoke", "9", "--list", LIST, *SIGNER, "-o", "list3.jwt", "--before", "list2.jwt")
    code, said = lab(*check, "--status", "list3.jwt")
    assert (code, "not confirmed; revoked" in said) == (1, True)

    code, said = lab(*check[:-3], OTHER_LOT, "--report", "results.csv", "--status", "list.jwt")
    assert (code, said.count("it does not name")) == (1, 2)


def test_the_list_of_issuers_is_in_the_policy_and_outlives_a_new_contract(lab, settings):
    trust(lab)
    trust(lab, "--for", "OrganicCertificate", "--until", LATER)
    write_policy(settings, *chain_lines(1, "0x" + "ab" * 20))

    [issuer] = policy(settings).issuers
    assert (issuer.kinds, issuer.name) == (("OrganicCertificate",), {"zh": "示范检测室"})
    assert lab("trust", "list")[1].startswith(
        f"{ISSUER}\t示范检测室\tOrganicCertificate\t... to 2999-01-01\t-\t"
    )
    assert lab("trust", "remove", ISSUER)[0] == 0
    assert policy(settings).issuers == ()
    assert lab("trust", "remove", ISSUER) == (
        65,
        "guoji: the trust policy names no issuer https://lab.example\n",
    )


def test_a_line_that_a_person_wrote_with_other_spaces_is_replaced_too(lab, settings):
    trust(lab)
    text = settings.trust_file.read_text("utf-8").replace("issuer {", "  issuer\t {")
    settings.trust_file.write_text(text, "utf-8")

    assert trust(lab)[0] == 0
    assert len(policy(settings).issuers) == 1


def test_an_event_is_recorded_that_carries_the_report(lab, settings):
    issue(lab)

    code, key = lab("attach", "report.jwt", "--party", "9521234000006")

    assert code == 0
    event = ledger(settings).events.by_key(key.strip()).event.body
    assert event["quantityList"] == [{"epcClass": LOT}]
    assert event["guoji:credential"].count(".") == 2
    assert [each["guoji:value"] for each in event["guoji:labResults"]] == [0.012]
    assert event["eventTime"] == "2026-11-20T12:30:00.000+08:00"


REFUSED = [
    (("issue", "results.csv", *SIGNER, "--tested", LATER, "-o", "x"), "neither lots nor plots"),
    (("issue", "results.csv", *SIGNER, "--lot", LOT, "-o", "x"), "testedAt is missing"),
    (("issue", "results.csv", *SIGNER, *SAID, "--list", LIST, "-o", "x"), "belong together"),
    (("issue", "report.pdf", *SIGNER, *SAID, "-o", "x"), "no table"),
    (("issue", "gone.csv", *SIGNER, *SAID, "-o", "x"), "cannot read gone.csv"),
    (("key", ISSUER, "-o", "lab.pem"), "File exists"),
    (("key", "lab.example", "-o", "x"), "neither an https URL nor"),
    (("revoke", "200000", "--list", LIST, *SIGNER, "-o", "x"), "131072 bits"),
    (("trust", "add", ISSUER, "lab.pem"), "not JSON"),
    (("trust", "add", ISSUER, "lab.jwk"), "name of issuer is empty"),
    (("attach", "report.pdf", "--party", "9521234000006"), "not a compact JWS"),
]


def test_what_does_not_fit_is_refused_in_one_line_and_nothing_is_written(lab, tmp_path):
    for words, said in REFUSED:
        code, told = lab(*words)

        assert (code, said in told, told.count("\n")) == (65, True, 1), told
        assert not (tmp_path / "x").exists()


def test_lists_are_fetched_where_the_policy_says_and_never_from_this_machine(lab):
    trust(lab)
    assert lab("refresh") == (0, "")

    trust(lab, "--list", "https://127.0.0.1/status")

    code, said = lab("refresh")
    assert (code, "https://127.0.0.1/status" in said, "leads to 127.0.0.1" in said) == (65, True, True)


def test_a_private_key_is_readable_by_its_owner_alone_and_never_believed(lab, tmp_path):
    assert (tmp_path / "lab.pem").stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in (tmp_path / "lab.jwk").read_text()
    private = json.loads((tmp_path / "lab.jwk").read_text()) | {"d": "AAAA"}
    (tmp_path / "lab.jwk").write_text(json.dumps(private))

    assert "private key" in trust(lab)[1]
