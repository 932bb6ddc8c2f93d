"""Prints how poor a live stream may be until the code of the overlay is not read off a second phone any more.

Run from the top of the repository: python -m scripts.code_on_air
"""

import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import zxingcpp
from PIL import Image, ImageFilter
from playwright.sync_api import sync_playwright

from scripts.screenshots import ARGUMENTS, CHROMIUM
from tests.api.hosting import hosting
from tests.api.overlay_states import CANVAS, opened, tell, told

SCREEN_PX = 1170
"""Across a phone that shows the stream."""
TILT = 0.06
RATES_KBIT = (2000, 1000, 400, 200, 100)
BLURS_PX = (0.8, 1.5, 2.0, 2.5, 3.0, 4.0)


def streamed(picture: Image.Image, folder: Path, kbit: int) -> Image.Image:
    """The last frame of a second of it over a moving, noisy ground, after x264."""
    picture.save(folder / "overlay.png")
    ground = f"testsrc2=size={picture.width}x{picture.height}:rate=25:duration=1,noise=alls=30:allf=t"
    mixed = ["-f", "lavfi", "-i", ground, "-i", folder / "overlay.png", "-filter_complex", "overlay"]
    rate = ["-b:v", f"{kbit}k", "-maxrate", f"{kbit}k", "-bufsize", f"{kbit}k", "-pix_fmt", "yuv420p"]
    _ffmpeg(*mixed, "-c:v", "libx264", "-preset", "veryfast", *rate, folder / "stream.mp4")
    _ffmpeg("-sseof", "-0.1", "-i", folder / "stream.mp4", "-update", "1", folder / "frame.png")
    return Image.open(folder / "frame.png").convert("L")


def _ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True)


def seen_by_a_second_phone(frame: Image.Image, blur_px: float = 0.8) -> Image.Image:
    """As the first phone shows it, held a little askew, out of focus, noisy, as a JPEG."""
    size = SCREEN_PX, round(SCREEN_PX * frame.height / frame.width)
    screen = frame.resize(size, Image.Resampling.BILINEAR)
    askew = (1, TILT, 0, TILT / 2, 1, 0, TILT / SCREEN_PX, 0)
    photo = screen.transform(size, Image.Transform.PERSPECTIVE, askew)
    blurred = photo.filter(ImageFilter.GaussianBlur(blur_px))
    noisy = Image.blend(blurred, Image.effect_noise(size, 60), 0.15)
    file = BytesIO()
    noisy.save(file, "JPEG", quality=60)
    return Image.open(file)


def pictures() -> Iterator[tuple[str, Image.Image]]:
    """The canvas of each layout."""
    with sync_playwright() as playwright, hosting() as desk:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for layout in CANVAS:
            page = opened(browser.new_page(), desk.address, desk.code, layout)
            tell(page, told())
            yield layout, Image.open(BytesIO(page.screenshot(omit_background=True)))
        browser.close()


def main() -> None:
    print("| layout | kbit/s | read up to a blur of (pixels of a 1170 pixel screen) |")
    print("|---|---|---|")
    for layout, picture in pictures():
        for kbit in RATES_KBIT:
            with TemporaryDirectory() as folder:
                frame = streamed(picture, Path(folder), kbit)
            read = [blur for blur in BLURS_PX if zxingcpp.read_barcodes(seen_by_a_second_phone(frame, blur))]
            print(f"| {layout} | {kbit} | {max(read, default='not read')} |", flush=True)


if __name__ == "__main__":
    main()
