"""A trace page leads to the verifier's page: first to a copy that somebody else hosts, if one is named."""

import re

from api.pages import Pages
from api.present.trace import trace_page
from api.words import languages
from tests.api.samples import a_trace

ENGLISH = languages()["en"]


def links_of(verifier_url):
    page = trace_page(a_trace(), ENGLISH, "https://guoji.example")
    text = bytes(Pages(verifier_url).html("trace.html", ENGLISH, page.badge.state, page=page).body).decode()
    return re.findall(r'href="([^"]*#https[^"]*)"', text), page.url


def test_it_leads_to_this_servers_own_with_the_link_of_the_goods_behind_a_hash():
    links, goods = links_of("")

    assert links == [f"/verify#{goods}"]
    assert goods.startswith("https://guoji.example/01/")


def test_a_copy_that_somebody_else_hosts_comes_first():
    links, goods = links_of("https://verify.example/guoji.html")

    assert links == [f"https://verify.example/guoji.html#{goods}", f"/verify#{goods}"]
