"""Runs the browser's verifier in node and in Chromium, over one way to say what is to be checked."""

import json
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

from scripts.screenshots import ARGUMENTS, CHROMIUM

PROJECT = Path(__file__).parents[2]
CHECK = "tests/browser/check.js"


def a_job(vector, file=None, asked=None):
    """What `check.js` checks: a vector's proof, or other bytes of a file in its place."""
    content = json.dumps(vector["proof"]).encode() if file is None else file
    return {
        "file": b64encode(content).decode(),
        "policy": vector["policy"],
        "chains": vector["chains"],
        "asked": asked,
    }


def in_node(name, jobs):
    """What the check of that name in `check.js` says of each job."""
    done = subprocess.run(
        ["scripts/node", CHECK],
        cwd=PROJECT,
        input=json.dumps({"name": name, "jobs": jobs}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_page(page, name, jobs):
    """Like `in_node`, in a page of Chromium."""
    script = """async ([path, name, jobs]) => {
        const check = (await import(path))[name];
        const results = [];
        for (const job of jobs) results.push(await check(job));
        return results;
    }"""
    return page.evaluate(script, [f"/{CHECK}", name, jobs])


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@contextmanager
def chromium() -> Iterator:
    """A page whose origin serves the files of the project."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=PROJECT))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/tests/browser/")
            yield page
            browser.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
