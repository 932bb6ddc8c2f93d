"""A page in one of its states, and how a browser gets there."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page


def _nothing(page: Page) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Shown:
    """A page in a state, for as long as it is the newest of `every_page`."""

    name: str
    url: str
    ready: str = "body"
    """Selector of what has to be there before it is in its state."""
    act: Callable[[Page], None] = _nothing
    """What a reader does before."""
    fragment: str = ""
    comes_large: bool = False
    """Whether there is a form of it in large type."""

    def open(self, page: Page, lang: str, large: bool = False) -> None:
        more = f"{'&' if '?' in self.url else '?'}lang={lang}{'&type=large' if large else ''}{self.fragment}"
        # Of two addresses that differ in their fragment alone the second would not be loaded.
        page.goto("about:blank")
        page.goto(self.url + more, wait_until="load")
        self.act(page)
        page.wait_for_selector(self.ready, state="attached")
