"""A printed label as a phone's camera sees it: far off, out of focus, tilted, on a round fruit, in glare."""

import math
from collections.abc import Callable, Iterator, Mapping
from random import Random

from PIL import Image, ImageDraw, ImageFilter

MODULE_PX = 4.0
"""Pixels of a module in the picture that a phone looks for codes in, where no other number is said."""
FRAMES = 3
"""A phone looks at one after the other, a moment apart, until it finds a code."""
_TABLE = 200
"""Grey of what the label lies on."""

Look = Callable[[Image.Image, Random], Image.Image]
"""From a picture with `MODULE_PX` pixels a module to what is seen of it."""


def taken(printed: Image.Image, module_px: float) -> Image.Image:
    """A print, in whose picture a module has `module_px` pixels, from where a module has `MODULE_PX`."""
    small = printed.convert("L").resize(
        [round(side * MODULE_PX / module_px) for side in printed.size], Image.Resampling.BOX
    )
    scene = Image.new("L", (small.width + 80, small.height + 80), _TABLE)
    scene.paste(small, (40, 40))
    return scene


def frames(printed: Image.Image, module_px: float, look: Look, random: Random) -> Iterator[Image.Image]:
    """In each, what is chance falls otherwise: where the glare is, and the grain."""
    scene = taken(printed, module_px)
    return (look(scene, random) for _ in range(FRAMES))


def far(modules_px: float) -> Look:
    def look(scene: Image.Image, _: Random) -> Image.Image:
        return scene.resize(
            [round(side * modules_px / MODULE_PX) for side in scene.size], Image.Resampling.BOX
        )

    return look


def blurred(modules: float) -> Look:
    """By so many modules (standard deviation)."""
    return lambda scene, _: scene.filter(ImageFilter.GaussianBlur(modules * MODULE_PX))


def tilted(degrees: float) -> Look:
    """About the upright axis, from three times its width away."""

    def look(scene: Image.Image, _: Random) -> Image.Image:
        x, y = scene.width / 2, scene.height / 2
        cosine, slope = math.cos(math.radians(degrees)), math.tan(math.radians(degrees)) / (3 * scene.width)
        size = 1 + x * slope
        source = (
            *(1 / cosine - x * slope, 0.0, x * size - x / cosine),
            *(-y * slope, 1.0, x * y * slope),
            *(-slope, 0.0),
        )
        return scene.transform(
            scene.size,
            Image.Transform.PERSPECTIVE,
            [each / size for each in source],
            Image.Resampling.BICUBIC,
            fillcolor=_TABLE,
        )

    return look


def turned(degrees: float) -> Look:
    return lambda scene, _: scene.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=_TABLE)


def on_fruit(radius_modules: float) -> Look:
    """Wrapped around an upright cylinder."""

    def look(scene: Image.Image, _: Random) -> Image.Image:
        radius, middle, height = radius_modules * MODULE_PX, scene.width / 2, scene.height
        seen = round(min(radius * math.sin(min(middle / radius, 1.4)), middle))

        def source(x: int) -> float:
            return middle + radius * math.asin((x - seen) / radius)

        strips = [
            (
                (x, 0, x + 1, height),
                (source(x), 0, source(x), height, source(x + 1), height, source(x + 1), 0),
            )
            for x in range(2 * seen - 1)
        ]
        return scene.transform((2 * seen, height), Image.Transform.MESH, strips, Image.Resampling.BILINEAR)

    return look


def glaring(share: float) -> Look:
    """A white blob over so much of the label's width, and all else paler."""

    def look(scene: Image.Image, random: Random) -> Image.Image:
        across = share * (scene.width - 80) / 2
        x, y = random.uniform(0.35, 0.65) * scene.width, random.uniform(0.35, 0.65) * scene.height
        light = Image.new("L", scene.size, 0)
        ImageDraw.Draw(light).ellipse((x - across, y - across, x + across, y + across), fill=255)
        light = light.filter(ImageFilter.GaussianBlur(across / 2))
        return Image.composite(Image.new("L", scene.size, 255), pale(0.6)(scene, random), light)

    return look


def pale(contrast: float) -> Look:
    return lambda scene, _: scene.point(lambda grey: round(grey * contrast + 255 * (1 - contrast) * 0.7))


def noisy(share: float) -> Look:
    """As in the dark: so much of each pixel is chance."""

    def look(scene: Image.Image, random: Random) -> Image.Image:
        chance = Image.frombytes("L", scene.size, random.randbytes(scene.width * scene.height))
        return Image.blend(scene, chance, share)

    return look


def all_of(*looks: Look) -> Look:
    def look(scene: Image.Image, random: Random) -> Image.Image:
        for each in looks:
            scene = each(scene, random)
        return scene

    return look


LOOKS: Mapping[str, Look] = {
    "straight on": all_of(),
    "far off: 2 pixels a module": far(2),
    "out of focus by 0.4 modules": blurred(0.4),
    "tilted by 45 degrees": tilted(45),
    "turned by 20 degrees": turned(20),
    "on a fruit of 70 mm": on_fruit(35 / 0.5),
    "in pale light: a quarter of the contrast": pale(0.25),
    "in glare over an eighth of the label, the rest paler": glaring(0.12),
    "grainy: a third of each pixel is chance": noisy(0.33),
    "tilted by 30 degrees, out of focus, grainy": all_of(tilted(30), blurred(0.25), noisy(0.2)),
    "on a fruit of 70 mm, in glare, out of focus": all_of(on_fruit(70), glaring(0.1), blurred(0.3)),
}
"""What every label has to stand."""
HARDER: Mapping[str, Look] = {
    "far off: 1.5 pixels a module": far(1.5),
    "out of focus by half a module": blurred(0.5),
    "tilted by 60 degrees": tilted(60),
    "on a fruit of 50 mm": on_fruit(25 / 0.5),
    "in glare over a quarter of the label": glaring(0.25),
    "grainy: half of each pixel is chance": noisy(0.5),
}
"""Where it ends."""
