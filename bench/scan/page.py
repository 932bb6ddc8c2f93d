"""Measures the trace page on a throttled phone, beside the same trace drawn by script with viem, in one run.

    python -m bench.scan.page [--rounds 5]

A real lot with 2,000 readings and eight events, anchored on a real test chain, served by `guoji serve`. Real
Chromium with an empty cache, 150 ms of latency, 1.6 Mbit/s and a processor four times slower. The two sides
take turns. Prints the tables of docs/benchmarks/scan.md.
"""

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, urlsplit

import brotli
from playwright.sync_api import Browser, Page, sync_playwright

from bench.scan.scene import LOT, PATH, scene
from scripts.screenshots import ARGUMENTS, CHROMIUM, PHONE
from tests.nginx import nginx
from traceability.ports import take_port

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
OURS, BY_SCRIPT = "Guoji", "drawn by script, with viem"
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
"""Milliseconds, and bytes a second."""
SLOWER = 4
MOST_PAGE_BYTES = 16 * 1024
MOST_MS = {"first paint": 1000, "verified": 2500, "script": 100}
BUNDLED = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--external:./verify-*.js"]
SPA_SERVER = """
server {{
    listen 127.0.0.1:{port};
    root {folder};
    types {{ }}
    location = /spa.html {{ default_type text/html; add_header Content-Encoding br; }}
    location = /static/spa.js {{
        alias {folder}/spa.js;
        default_type text/javascript;
        add_header Content-Encoding br;
    }}
    location / {{ proxy_pass {server}; }}
}}
"""
LISTEN = """
new PerformanceObserver((list) => (window.largestPaint = list.getEntries().at(-1).startTime))
  .observe({ type: "largest-contentful-paint", buffered: true });
new MutationObserver(() => {
  window.checkedAt = performance.now();
  console.log("checked");
}).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-checked"] });
"""
SCRIPT = {
    "BlinkScheduler_PerformMicrotaskCheckpoint", "FunctionCall", "v8.compileModule", "v8.evaluateModule",
}  # fmt: skip
"""Of the browser's trace: where scripts run. What goes on after an `await` is a microtask."""
READ = """() => ({
  paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  largest: window.largestPaint,
  verified: window.checkedAt,
  state: document.documentElement.dataset.state,
  asked: [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .map((each) => [each.name, each.startTime, each.responseEnd, each.encodedBodySize]),
})"""


@dataclass(frozen=True, slots=True)
class Load:
    """One visit with an empty cache."""

    times_ms: Mapping[str, float]
    asked: Sequence[tuple[str, float, float, int]]
    """URL, when it was asked for and when it was there (ms), bytes of its body as it went over the line."""

    def sent(self) -> Mapping[str, int]:
        sent = {"page": 0, "scripts": 0, "data": 0}
        for number, (url, _, _, size) in enumerate(self.asked):
            sent["page" if number == 0 else "scripts" if url.endswith(".js") else "data"] += size
        return sent


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="visits to each (default 5)")
    rounds = parser.parse_args().rounds
    with scene() as lot, _by_script(lot.address) as spa, sync_playwright() as playwright:
        sides = {OURS: f"{lot.address}{PATH}?lang=zh-CN", BY_SCRIPT: spa}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        loads: dict[str, list[Load]] = {side: [] for side in sides}
        for _ in range(rounds):
            for side, url in sides.items():
                loads[side].append(_visit(browser, url))
        browser.close()
    return _show(loads)


@contextmanager
def _by_script(server: str) -> Iterator[str]:
    """The address of the page that is drawn by script; data and proof come from the same server."""
    made = subprocess.run(
        [PROJECT / "node_modules/.bin/esbuild", HERE / "spa.js", *BUNDLED], check=True, capture_output=True
    ).stdout
    page = (HERE / "spa.html").read_text().replace("%SUBJECT_PATH%", PATH)
    page = page.replace("%PROOF_PATH%", f"/proof?subject={quote(LOT, safe='')}")
    with TemporaryDirectory() as folder:
        for name, body in (("spa.html", page.encode()), ("spa.js", made)):
            (Path(folder) / name).write_bytes(brotli.compress(body))
        port = take_port()
        http = SPA_SERVER.format(port=port, folder=folder, server=server)
        with nginx(Path(folder) / "nginx", http, port):
            yield f"http://127.0.0.1:{port}/spa.html"


def _visit(browser: Browser, url: str) -> Load:
    context = browser.new_context(viewport={"width": PHONE["width"], "height": PHONE["height"]})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    browser.start_tracing(page=page, categories=["devtools.timeline", "toplevel"])
    page.add_init_script(LISTEN)
    # Waiting for a selector would look for it again and again by script, which would be measured.
    with page.expect_console_message(lambda message: message.text == "checked", timeout=60_000):
        page.goto(url, wait_until="load")
    load = _load(page, _script_ms(json.loads(browser.stop_tracing())["traceEvents"]))
    context.close()
    return load


def _script_ms(events: Iterable[Mapping[str, Any]]) -> float:
    """What all threads together spent in scripts; those that run within others count once."""
    threads: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for each in events:
        if each["name"] in SCRIPT and each["ph"] == "X":
            threads[each["pid"], each["tid"]].append((each["ts"], each["ts"] + each["dur"]))
    return sum(_covered(sorted(spans)) for spans in threads.values()) / 1000


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """How much of the time lies in any of the spans, which come by their start."""
    total, until = 0.0, 0.0
    for start, end in spans:
        total += max(end - max(start, until), 0)
        until = max(until, end)
    return total


def _load(page: Page, script_ms: float) -> Load:
    read: dict[str, Any] = page.evaluate(READ)
    if read["state"] != "verified":
        raise AssertionError(f"{page.url} says {read['state']}, want verified")
    times = {"first paint": read["paint"], "largest paint": read["largest"], "verified": read["verified"]}
    return Load({**times, "script": script_ms}, read["asked"])


def _show(loads: Mapping[str, list[Load]]) -> int:
    first = {side: of[0].sent() for side, of in loads.items()}
    print("| bytes sent | page | scripts | proof, policy, data | all |\n|---|---|---|---|---|")
    for side, sent in first.items():
        print(f"| {side} | {' | '.join(f'{size:,}' for size in sent.values())} | {sum(sent.values()):,} |")
    middle = {side: _median(of) for side, of in loads.items()}
    names = list(middle[OURS])
    print(f"\n| ms, median of {len(loads[OURS])} | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for side, of in middle.items():
        print(f"| {side} | {' | '.join(f'{value:,.0f}' for value in of.values())} |")
    shares = (middle[OURS][name] / middle[BY_SCRIPT][name] for name in names)
    print(f"| ours to that | {' | '.join(f'{share:.2f}' for share in shares)} |")
    print("\n| one visit to ours | asked for at, ms | there at, ms | bytes |\n|---|---|---|---|")
    for url, asked_at_ms, there_at_ms, size in loads[OURS][-1].asked:
        print(f"| {urlsplit(url).path} | {asked_at_ms:,.0f} | {there_at_ms:,.0f} | {size:,} |")
    slow = any(middle[OURS][name] > most for name, most in MOST_MS.items())
    return 1 if slow or first[OURS]["page"] > MOST_PAGE_BYTES else 0


def _median(loads: Sequence[Load]) -> Mapping[str, float]:
    return {name: median(load.times_ms[name] for load in loads) for name in loads[0].times_ms}


if __name__ == "__main__":
    sys.exit(main())
