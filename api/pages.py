"""Fills templates: autoescaped, in one language, with the style and script that they carry inside."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.words import Words

_HERE = Path(__file__).parent
_STYLES = (
    "page.css",
    "large.css",
    "print.css",
    "form.css",
    "scans.css",
    "farm.css",
    "import.css",
    "recall.css",
    "live.css",
    "overlay.css",
    "overlay-vertical.css",
    "overlay-horizontal.css",
)
_SCRIPTS = ("overlay.js",)
_OTHER = {"zh-CN": {"lang": "en", "name": "English"}, "en": {"lang": "zh-CN", "name": "中文"}}


class Pages:
    """The templates. Style stands in the page itself: one round trip less before the first paint."""

    def __init__(self, verifier_url: str = "") -> None:
        """`verifier_url`: a copy of the verifier's page that somebody else hosts; pages link there first."""
        self._environment = Environment(
            loader=FileSystemLoader([_HERE / "templates", _HERE / "static"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["verifier_url"] = verifier_url
        # A table of phrases is read in its order, and Chinese is written as it is.
        self._environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
        self._styles = " ".join(_source(self._inlined(name)) for name in _STYLES)
        self._scripts = " ".join(_source(self._inlined(name)) for name in _SCRIPTS)

    def html(
        self,
        template: str,
        words: Words,
        state: str,
        status: int = 200,
        connect: Sequence[str] = (),
        **values: object,
    ) -> HTMLResponse:
        """A page in the language of `words`; `state` gives it its colours; it may ask `connect` (origins).

        Among the values: `large`, in large type for old eyes; `stay`, what the links to its other forms say
        beside, so that they lead to the same page.
        """
        text = self._environment.get_template(template).render(
            {"large": False, "stay": ""} | values,
            _=words.say,
            lang=words.lang,
            other=_OTHER[words.lang],
            state=state,
        )
        headers = {
            "Content-Language": words.lang,
            "Content-Security-Policy": self.policy(connect),
            "Vary": "Accept, Accept-Language",
        }
        return HTMLResponse(text, status, headers)

    def policy(self, connect: Sequence[str] = ()) -> str:
        """What stands in a page, by its hash; beside it only our own scripts, and no type is guessed."""
        return "; ".join(
            [
                "default-src 'none'",
                f"style-src {self._styles}",
                f"script-src 'self' {self._scripts}",
                "img-src 'self' data:",
                " ".join(["connect-src 'self'", *connect]),
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            ]
        )

    def _inlined(self, name: str) -> str:
        """The text as it will stand in a page: its hash must fit to the byte."""
        return self._environment.get_template(name).render()


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
