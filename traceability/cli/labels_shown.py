"""What `guoji labels` shows on the terminal: one code, how far the files are, what to do next."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.labels.files import Job
    from traceability.labels.label import LabelText
    from traceability.ledger.codes_store import KeptSet


def show_one(typed: str, settings: Settings) -> int:
    """The code of goods as a phone can scan it, and the link that it holds."""
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    from api.qr import scan_url
    from traceability.proof.subject import typed_goods
    from traceability.wiring import public_url

    link = scan_url(public_url(settings), typed_goods(typed))
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(link)
    if sys.stdout.isatty():
        code.print_tty()  # dark on light, whatever the colours of the terminal are
    else:
        code.print_ascii(invert=True)
    print(link)
    return 0


def write(job: "Job", labels: "Sequence[LabelText]") -> None:
    """One line for each file; meanwhile how far it is, where somebody looks on."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("labels", total=len(labels))
        for file, count in job.write(labels):
            progress.advance(task, count)
            print(f"{file}: labels: {count}")


def say_next(of: "KeptSet") -> None:
    print(
        "next: print one page, scan it, then all; label the goods; then "
        f"`guoji codes activate {of.number} --as {of.new.party}`."
    )
    print(
        f"After a paper jam: `guoji labels --set {of.number} --from FIRST --to LAST -o FILE`, not new codes."
    )
