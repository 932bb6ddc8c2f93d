"""Where a live room is found: its overlay, its host's page, and what viewers scan."""

from urllib.parse import urlsplit

LAYOUTS = ("horizontal", "vertical")
"""1920x1080 and 1080x1920."""


def overlay_url(public_url: str, room: str, layout: str) -> str:
    """For a browser source."""
    return f"{public_url}/live/{room}/overlay?layout={layout}"


def control_url(public_url: str, room: str, host_key: str = "") -> str:
    """With the key behind its "#", which no server sees: whoever has the link commands the room."""
    return f"{public_url}/live/{room}/control" + (f"#{host_key}" if host_key else "")


def short_url(public_url: str, offer: str) -> str:
    """In capitals as far as it can be, which makes its QR code smaller."""
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}".upper() + f"{parts.path}/S/{offer}"
