"""Every route, asked as every role, lets in whom it should and nobody else."""

import re
import time
from dataclasses import replace

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from api import farm_session, host_session
from api.app import create_app
from api.live_goods import LiveGoods
from api.routes import imports, link_page, recall_page
from tests.access.provider import AUDIENCE, ISSUER, IdentityProvider
from tests.api.farming import PARTY
from tests.api.route_roles import GATES
from tests.api.serving import SampleLedger, served
from traceability.ledger.grant import ROLES, Grant
from traceability.ledger.parties import Party
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.upkeep.installation import make
from traceability.wiring import farm, importer, ledger, recaller, studio, viewers

COOKIES = [
    farm_session.COOKIE,
    imports.PAGES.cookie,
    recall_page.PAGES.cookie,
    link_page.PAGES.cookie,
    host_session.PARTY_COOKIE,
]
OPENS = {
    "nobody": set(),
    "a stranger": set(),
    "a revoked token": set(),
    "an expired token": set(),
    "read": {"read"},
    "read of its own": {"read"},
    "capture": {"read", "capture", "sheets"},
    "capture of its own": {"read", "capture", "sheets"},
    "farm": {"farm"},
    "admin": {"read", "capture", "sheets"},
    "JWT read": {"read"},
    "JWT capture": {"read", "capture", "sheets"},
    "JWT expired": set(),
    "JWT of another audience": set(),
    "JWT without a scope": set(),
    "JWT of a party that is not registered": set(),
}
"""By role, the gates that it opens; all open the open one."""
KNOWN = {
    "read",
    "read of its own",
    "capture",
    "capture of its own",
    "farm",
    "admin",
    "JWT read",
    "JWT capture",
}
"""Those of whom a bearer gate knows who they are, and says no more than that they may not."""


@pytest.fixture(scope="module")
def idp():
    idp = IdentityProvider()
    idp.make_key("first")
    return idp


@pytest.fixture(scope="module")
def store_and_settings(tmp_path_factory, idp):
    home = tmp_path_factory.mktemp("roles") / "home"
    settings = Settings.read({"GUOJI_HOME": str(home)})
    make(settings)
    (home / "keys.json").write_bytes(idp.key_set())
    store = open_store(settings)
    store.parties.keep(Party(PARTY, "Farm"))
    where = {"oauth_issuer": ISSUER, "oauth_audience": AUDIENCE, "oauth_jwks": "keys.json"}
    yield store, replace(settings, **where)
    store.close()


@pytest.fixture(scope="module")
def tokens(store_and_settings, idp):
    tokens = store_and_settings[0].tokens
    revoked = tokens.issue("revoked", Grant("admin", PARTY))
    tokens.revoke("revoked", 1)
    narrow = {"reads": "own", "about": ("9521234",)}
    return {
        **{role: tokens.issue(role, Grant(role, PARTY)) for role in ROLES},
        "nobody": "",
        "a stranger": "guoji_" + "x" * 32,
        "a revoked token": revoked,
        "an expired token": tokens.issue("expired", Grant("admin", PARTY), expires_at_ms=1),
        "read of its own": tokens.issue("r", Grant("read", PARTY, **narrow)),
        "capture of its own": tokens.issue("c", Grant("capture", PARTY, **narrow)),
        "JWT read": idp.token(gln=PARTY, scope="guoji:read"),
        "JWT capture": idp.token(gln=PARTY),
        "JWT expired": idp.token(gln=PARTY, exp=int(time.time()) - 900),
        "JWT of another audience": idp.token(gln=PARTY, aud="https://shop.example"),
        "JWT without a scope": idp.token(gln=PARTY, scope="openid guoji:admin"),
        "JWT of a party that is not registered": idp.token(gln="9529999000002"),
    }


@pytest.fixture(scope="module")
def client(store_and_settings):
    store, settings = store_and_settings
    held = ledger(settings, store)
    with (
        served(
            held,
            farm=farm(settings, store),
            importer=importer(settings, store),
            recaller=recaller(settings, store),
            studio=studio(store, held, LiveGoods(held.made).of),
            viewers=viewers(store),
        ) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        yield client


def routes():
    """Methods and path of each route of the application."""
    app = create_app(SampleLedger(), "https://guoji.example")
    found = [each.original_route for each in iter_route_contexts(app.routes)]
    return {f"{' '.join(sorted(route.methods))} {route.path}" for route in found}


def a_form(path, fields):
    """As the pages take one that may hold a file."""
    if path.startswith(("/import/", "/recall/", "/link/")) and not path.endswith("sign-in"):
        return {"files": {name: (None, value) for name, value in fields.items()}}
    return {"data": fields}


def asked(client, method, path, token):
    """The status, asked with the token in each place where one may stand."""
    headers = {
        "Cookie": "; ".join(f"{each.name}={token}" for each in COOKIES),
        "Content-Type": "application/json",
    }
    if token:
        headers["Authorization"] = f"Bearer {token}"
    content = b"{}"
    for cookie in COOKIES:
        if path.startswith(f"{cookie.path}/") and method == "POST":
            form_key = cookie.form_key(token)
            form = httpx.Request("POST", "http://x", **a_form(path, {"form_key": form_key, "token": token}))
            content, headers["Content-Type"] = form.read(), form.headers["content-type"]
    sent = {"headers": headers, "content": content if method in ("POST", "PUT") else None}
    with client.stream(method, re.sub(r"\{[^}]*\}", "1", path), **sent) as answer:
        return answer.status_code, answer.headers.get("www-authenticate", "")


def wanted(role, gate):
    """Whether it is let in, or asked who it is, or told no."""
    if gate == "open" or gate in OPENS[role]:
        return "in"
    return "no" if role in KNOWN and gate in ("read", "capture") else "who"


def test_each_route_stands_in_the_table():
    assert routes() == set(GATES)


@pytest.mark.parametrize("role", OPENS)
def test_each_route_lets_in_whom_it_should(client, tokens, role):
    found = {}
    for route, gate in GATES.items():
        *methods, path = route.split(" ")
        for method in methods:
            status, _ = asked(client, method, path, tokens[role])
            came = {401: "who", 403: "no"}.get(status, "in")
            if came != wanted(role, gate) or status == 500:
                found[f"{method} {path}"] = (status, f"want {wanted(role, gate)}")

    assert found == {}


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("nobody", 'Bearer realm="guoji"'),
        (
            "a stranger",
            'Bearer realm="guoji", error="invalid_token", error_description="this token is not one',
        ),
        (
            "JWT expired",
            'Bearer realm="guoji", error="invalid_token", error_description="the token has expired"',
        ),
        (
            "JWT without a scope",
            'Bearer realm="guoji", error="invalid_token", error_description="the token has',
        ),
        ("read", ""),
    ],
)
def test_whoever_is_not_known_is_told_why(client, tokens, role, told):
    status, header = asked(client, "POST", "/capture", tokens[role])

    assert status == (401 if told else 403)
    assert header.startswith(told)


def test_keys_that_cannot_be_read_are_our_trouble_and_not_the_tokens(client, store_and_settings, idp):
    store, settings = store_and_settings
    keys = settings.home / "moved.json"
    keys.write_text("{}")
    away = ledger(replace(settings, oauth_jwks=keys.name), store)
    keys.unlink()
    with served(away) as address, httpx.Client(base_url=address, trust_env=False) as partner:
        answer = partner.get("/epcis/events", headers={"Authorization": f"Bearer {idp.token(gln=PARTY)}"})

    assert answer.status_code == 503
    assert answer.json()["detail"] == "the identity provider does not tell its keys"
