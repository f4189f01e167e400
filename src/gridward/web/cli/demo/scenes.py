"""What the demonstration's photos show, drawn by code: a street, a stairwell, a river, and what was
reported there, before and after. Nobody's photo, no place that exists.

A painter is a function `(canvas, lot, fixed)`: it draws one subject on its ground. lot: the lot of
the place, the same before and after; fixed: whether the matter is settled.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 960, 640
FINE = 2  # drawn larger and brought down, so that edges are smooth

Colour = tuple[int, int, int]
SKIES: tuple[Colour, ...] = ((196, 214, 226), (206, 218, 222), (184, 206, 222), (214, 218, 216))
WALLS: tuple[Colour, ...] = (
    (206, 192, 170), (188, 178, 166), (214, 202, 186), (178, 186, 184), (198, 178, 160),
)  # fmt: skip
NIGHT: Colour = (38, 46, 62)
ROAD: Colour = (96, 100, 104)
KERB: Colour = (184, 178, 168)
LEAF: Colour = (92, 128, 84)
BARK: Colour = (104, 82, 62)
METAL: Colour = (118, 124, 128)
DARK: Colour = (44, 46, 50)
ORANGE: Colour = (222, 122, 48)
WHITE: Colour = (236, 234, 226)
GLASS: Colour = (134, 156, 168)


class Canvas:
    """A picture that is drawn in its own small units, whatever it is made larger by."""

    def __init__(self, ground: Colour) -> None:
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), ground)
        self.pen = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, right: float, low: float, fill: Colour, r: float = 0) -> None:
        at = [x * FINE, y * FINE, right * FINE, low * FINE]
        if r:
            self.pen.rounded_rectangle(at, r * FINE, fill=fill)
        else:
            self.pen.rectangle(at, fill=fill)

    def oval(self, x: float, y: float, wide: float, tall: float, fill: Colour) -> None:
        """Around a middle, half as wide and half as tall."""
        at = [(x - wide) * FINE, (y - tall) * FINE, (x + wide) * FINE, (y + tall) * FINE]
        self.pen.ellipse(at, fill=fill)

    def ring(self, x: float, y: float, wide: float, tall: float, fill: Colour, by: float) -> None:
        at = [(x - wide) * FINE, (y - tall) * FINE, (x + wide) * FINE, (y + tall) * FINE]
        self.pen.ellipse(at, outline=fill, width=round(by * FINE))

    def line(self, *points: tuple[float, float], fill: Colour, by: float = 4) -> None:
        at = [(x * FINE, y * FINE) for x, y in points]
        self.pen.line(at, fill=fill, width=round(by * FINE), joint="curve")

    def shape(self, *points: tuple[float, float], fill: Colour) -> None:
        self.pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=fill)

    def done(self) -> Image.Image:
        return self.image.reduce(FINE)


Painter = Callable[[Canvas, random.Random, bool], None]


# --- grounds --------------------------------------------------------------------------------------


def _shade(colour: Colour, by: int) -> Colour:
    red, green, blue = (max(0, min(255, part + by)) for part in colour)
    return red, green, blue


def _houses(c: Canvas, lot: random.Random, foot: float = 340, *, night: bool = False) -> None:
    x = -lot.randrange(60)
    while x < WIDTH:
        wide, tall = lot.randrange(90, 190), lot.randrange(130, 290)
        wall = _shade(lot.choice(WALLS), -110 if night else 0)
        c.box(x, foot - tall, x + wide - 6, foot, wall)
        c.box(x, foot - tall, x + wide - 6, foot - tall + 8, _shade(wall, -22))
        for wx in range(x + 16, x + wide - 30, 34):
            for wy in range(int(foot - tall + 26), int(foot - 34), 46):
                lit = night and lot.random() < 0.35
                c.box(wx, wy, wx + 17, wy + 24, (232, 206, 132) if lit else _shade(wall, -46))
        x += wide


def _street(c: Canvas, lot: random.Random, *, night: bool = False) -> None:
    """Houses, a pavement and a road."""
    down = -78 if night else 0
    c.box(0, 0, WIDTH, 350, NIGHT if night else lot.choice(SKIES))
    _houses(c, lot, night=night)
    for x in range(-20, WIDTH, 240):
        at = x + lot.randrange(120)
        c.box(at, 286, at + 7, 342, _shade(BARK, down))
        c.oval(at + 3, 268, 34, 38, _shade(LEAF, down))
    c.box(0, 340, WIDTH, 404, _shade(KERB, down))
    for x in range(0, WIDTH, 48):
        c.line((x, 340), (x - 26, 404), fill=_shade(KERB, down - 14), by=2)
    c.box(0, 404, WIDTH, 412, _shade(KERB, down - 34))
    c.box(0, 412, WIDTH, HEIGHT, _shade(ROAD, down // 2))
    for x in range(-40, WIDTH, 150):
        c.shape((x, 520), (x + 84, 520), (x + 78, 530), (x - 8, 530), fill=_shade(WHITE, down))


def _walk(c: Canvas, lot: random.Random) -> None:
    """A wide pavement before a wall with shops."""
    wall = lot.choice(WALLS)
    c.box(0, 0, WIDTH, 300, wall)
    for x in range(30, WIDTH, 310):
        c.box(x, 60, x + 250, 300, _shade(wall, -30))
        c.box(x + 8, 110, x + 242, 300, GLASS)
        c.box(x - 6, 40, x + 256, 96, lot.choice(((146, 74, 62), (70, 104, 112), (120, 112, 84))))
    _tiles(c)


def _tiles(c: Canvas, top: float = 300) -> None:
    c.box(0, top, WIDTH, HEIGHT, KERB)
    y, step = top, 16.0
    while y < HEIGHT:
        c.line((0, y), (WIDTH, y), fill=_shade(KERB, -16), by=2)
        y, step = y + step, step * 1.24
    for x in range(-900, WIDTH + 900, 110):
        c.line((480 + (x - 480) * 0.5, top), (x, HEIGHT), fill=_shade(KERB, -16), by=2)


def _inside(c: Canvas, lot: random.Random) -> None:
    """A landing of a stairwell."""
    wall = lot.choice(((206, 206, 196), (198, 204, 204), (210, 202, 190)))
    c.box(0, 0, WIDTH, HEIGHT, wall)
    c.box(0, 300, WIDTH, 450, _shade(wall, -30))
    c.box(0, 450, WIDTH, HEIGHT, (150, 146, 140))
    for n in range(6):
        left, top = 600 + n * 62, 450 - n * 44
        c.box(left, top, WIDTH, 450, _shade((164, 160, 154), -n * 6))
    c.line((600, 330), (930, 90), fill=METAL, by=9)
    c.box(80, 150, 240, 450, (128, 96, 74))
    c.oval(222, 305, 7, 7, (206, 190, 140))


def _meadow(c: Canvas, lot: random.Random) -> None:
    """Grass, a path and trees behind."""
    c.box(0, 0, WIDTH, 280, lot.choice(SKIES))
    for x in range(-30, WIDTH, 120):
        c.oval(x + lot.randrange(60), 240, 86, 74, _shade(LEAF, lot.randrange(-20, 20)))
    c.box(0, 262, WIDTH, HEIGHT, (138, 160, 104))
    c.shape((320, 262), (400, 262), (760, HEIGHT), (330, HEIGHT), fill=(206, 194, 170))


def _riverside(c: Canvas, lot: random.Random, water: Colour) -> None:
    c.box(0, 0, WIDTH, 230, lot.choice(SKIES))
    _houses(c, lot, 210)
    c.box(0, 200, WIDTH, 262, (150, 158, 130))
    c.box(0, 250, WIDTH, 276, (172, 168, 158))
    c.box(0, 276, WIDTH, HEIGHT, water)
    for _each in range(26):
        x, y = lot.randrange(WIDTH), lot.randrange(300, HEIGHT)
        c.line((x, y), (x + lot.randrange(40, 120), y), fill=_shade(water, 16), by=3)


def _front(c: Canvas, lot: random.Random) -> None:
    """The front of a block of flats, from below."""
    c.box(0, 0, WIDTH, HEIGHT, lot.choice(SKIES))
    wall = lot.choice(WALLS)
    c.box(150, 0, 820, 560, wall)
    for row in range(4):
        for column in range(4):
            x, y = 200 + column * 156, 30 + row * 130
            c.box(x, y, x + 96, y + 74, GLASS)
            c.box(x + 45, y, x + 50, y + 74, WHITE)
            c.box(x - 10, y + 78, x + 106, y + 100, _shade(wall, -34))
    c.box(0, 560, WIDTH, HEIGHT, KERB)


def _cone(c: Canvas, x: float, y: float, big: float = 1.0) -> None:
    c.shape((x - 22 * big, y), (x + 22 * big, y), (x, y - 70 * big), fill=ORANGE)
    c.shape(
        (x - 14 * big, y - 26 * big),
        (x + 14 * big, y - 26 * big),
        (x + 9 * big, y - 42 * big),
        (x - 9 * big, y - 42 * big),
        fill=WHITE,
    )
    c.box(x - 30 * big, y - 4, x + 30 * big, y + 5, _shade(ORANGE, -30))


def _new(c: Canvas, x: float, y: float, wide: float, tall: float) -> None:
    """Fresh asphalt, where something was mended."""
    c.shape(
        (x - wide, y - tall),
        (x + wide * 0.9, y - tall),
        (x + wide, y + tall),
        (x - wide * 1.1, y + tall),
        fill=(62, 66, 72),
    )


# --- on the road --------------------------------------------------------------------------------


def cover(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    x, y = lot.randrange(330, 640), lot.randrange(545, 580)
    if fixed:
        c.oval(x, y, 104, 42, (60, 64, 70))
    else:
        c.oval(x + 6, y + 9, 84, 33, (34, 32, 30))
    tilt = 0 if fixed else -8
    c.oval(x, y + tilt, 82, 31, (76, 78, 80))
    c.ring(x, y + tilt, 66, 24, (124, 126, 126), 4)
    for n in (-36, -12, 12, 36):
        c.box(x + n - 6, y + tilt - 4, x + n + 6, y + tilt + 4, (124, 126, 126))
    if not fixed:
        for n in range(5):
            c.line((x - 110 - n * 4, y - 20 + n * 12), (x - 94, y - 18 + n * 11), fill=DARK, by=3)


def cover_missing(c: Canvas, lot: random.Random, fixed: bool) -> None:
    if fixed:
        cover(c, lot, True)
        return
    _street(c, lot)
    x, y = lot.randrange(330, 640), lot.randrange(545, 580)
    c.oval(x, y, 84, 33, (122, 118, 112))
    c.oval(x, y + 2, 72, 27, (18, 18, 20))
    c.line((x - 20, y + 4), (x + 30, y - 150), fill=BARK, by=7)
    for n in range(5):
        c.oval(x + 18 + n * 7 - 10, y - 96 - n * 16, 26, 14, LEAF)
    _cone(c, x - 130, y + 30)


def pothole(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    x, y = lot.randrange(320, 640), lot.randrange(550, 580)
    if fixed:
        _new(c, x, y, 150, 40)
        return
    points = [
        (x + dx * (0.9 + lot.random() * 0.3), y + dy)
        for dx, dy in ((-130, 4), (-80, -32), (-10, -38), (70, -30), (126, -2), (66, 34), (-60, 36))
    ]
    c.shape(*points, fill=(70, 62, 54))
    c.oval(x, y + 6, 64, 17, (128, 138, 142))
    for n in range(6):
        c.line((x + n * 50 - 140, y - 46), (x + n * 54 - 160, y - 66 + n % 3 * 8), fill=DARK, by=3)


def lamp(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot, night=True)
    for n, x in enumerate((250, 690)):
        if fixed or n:
            glow = [(x - 76, 152), (x + 150, 500), (x - 320, 500)]
            c.shape(*glow, fill=(92, 92, 84))
            c.oval(x - 85, 500, 236, 38, (118, 116, 98))
        c.box(x, 130, x + 11, 404, (92, 98, 104))
        c.line((x + 6, 134), (x - 84, 140), fill=(92, 98, 104), by=9)
        c.oval(x - 76, 148, 30, 10, (250, 228, 150) if fixed or n else (70, 74, 80))


def guardrail(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    for x in range(0, WIDTH, 96):
        bent = not fixed and 380 < x < 620
        drop = 46 if bent else 0
        c.box(x, 382 + drop, x + 10, 470 + drop // 2, WHITE)
        if not bent:
            c.box(x, 392, x + 96, 404, (86, 128, 164))
            c.box(x, 430, x + 96, 442, WHITE)
        else:
            c.line((x, 398), (x + 96, 470), fill=(86, 128, 164), by=11)
            c.line((x, 436), (x + 96, 500), fill=WHITE, by=11)
    if not fixed:
        _cone(c, 330, 560)
        _cone(c, 690, 560)


def bus_stop(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    c.box(260, 150, 680, 170, (84, 104, 112))
    c.box(276, 170, 288, 404, METAL)
    c.box(652, 170, 664, 404, METAL)
    c.box(300, 196, 470, 370, GLASS)
    c.box(486, 196, 640, 370, GLASS if fixed else lot.choice(SKIES))
    c.box(320, 352, 620, 366, (150, 116, 84))
    if not fixed:
        for _each in range(34):
            x, y = lot.randrange(470, 680), lot.randrange(376, 440)
            c.shape((x, y), (x + 16, y + 4), (x + 5, y + 11), fill=(206, 222, 228))
    c.line((760, 404), (760 if fixed else 846, 190), fill=METAL, by=10)
    at = 760 if fixed else 846
    c.box(at - 46, 170, at + 46, 236, (62, 112, 150), 6)
    c.box(at - 32, 188, at + 32, 198, WHITE)


def paving(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _walk(c, lot)
    for row in range(2):
        for n in range(4):
            x, y = 300 + n * 92 - row * 26, 440 + row * 62
            if fixed:
                c.shape(
                    (x, y), (x + 86, y), (x + 78, y + 54), (x - 16, y + 54), fill=(196, 186, 172)
                )
            elif (n + row) % 3:
                lift = lot.randrange(4, 22)
                c.shape(
                    (x, y - lift), (x + 84, y), (x + 76, y + 54), (x - 16, y + 50 - lift),
                    fill=(170, 158, 144),
                )  # fmt: skip
                c.line((x - 16, y + 54), (x + 76, y + 56), fill=DARK, by=5)
            else:
                c.shape((x, y), (x + 86, y), (x + 78, y + 54), (x - 16, y + 54), fill=(92, 80, 68))


def _bike(c: Canvas, x: float, y: float, colour: Colour, lean: float = 0) -> None:
    for dx in (-42, 42):
        c.ring(x + dx + lean * 0.2, y, 29, 29, DARK, 5)
    top = y - 54
    c.line((x - 42, y), (x - 14 + lean, top), (x + 30 + lean, top), (x + 42, y), fill=colour, by=7)
    c.line((x - 14 + lean, top), (x + 2, y), (x + 30 + lean, top), fill=colour, by=6)
    c.box(x - 30 + lean, top - 12, x + lean, top - 4, DARK, 4)
    c.line((x + 30 + lean, top), (x + 28 + lean, top - 26), (x + 48 + lean, top - 28), fill=DARK)


def bikes(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _walk(c, lot)
    c.shape((0, 500), (WIDTH, 470), (WIDTH, 508), (0, 540), fill=(214, 184, 84))
    for x in range(0, WIDTH, 36):
        c.line((x, 520 - x * 0.031), (x + 18, 519 - x * 0.031), fill=(188, 156, 62), by=7)
    colours = ((70, 130, 160), (226, 168, 60), (92, 146, 102))
    for n in range(7):
        if fixed:
            _bike(c, 120 + n * 118, 372, colours[n % 3])
        else:
            _bike(
                c,
                150 + lot.randrange(600),
                410 + n * 26,
                colours[lot.randrange(3)],
                lot.randrange(-26, 26),
            )


def traffic_light(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    c.box(600, 90, 614, 404, METAL)
    c.line((606, 100), (380, 100), fill=METAL, by=12)
    for x in (330, 430):
        c.box(x - 34, 70, x + 34, 216, (40, 44, 48), 10)
        for n, lit in enumerate(((206, 74, 62), (222, 172, 70), (92, 172, 106))):
            on = fixed and n == 2
            c.oval(x, 96 + n * 46, 18, 18, lit if on else (70, 72, 74))
    for x in range(120, 840, 90):
        c.shape((x, 460), (x + 46, 460), (x + 36, 620), (x - 26, 620), fill=WHITE)


def trench(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    if fixed:
        _new(c, 480, 560, 330, 30)
        return
    c.shape((130, 520), (830, 500), (850, 560), (110, 588), fill=(92, 74, 56))
    c.shape((150, 532), (812, 512), (826, 540), (140, 562), fill=(52, 42, 34))
    for n in range(7):
        c.oval(190 + n * 92, 500 - n * 3, 52, 24, (142, 112, 80))
    c.line((150, 548), (820, 524), fill=(70, 110, 140), by=16)


def utility_box(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _walk(c, lot)
    x = lot.randrange(330, 470)
    c.box(x, 210, x + 210, 500, (150, 160, 152), 6)
    c.box(x - 8, 496, x + 218, 516, (110, 108, 104))
    if fixed:
        c.line((x + 105, 226), (x + 105, 490), fill=(112, 122, 116), by=4)
        c.shape((x + 30, 330), (x + 76, 330), (x + 53, 290), fill=(226, 190, 62))
        c.box(x + 112, 340, x + 126, 372, DARK)
        return
    c.box(x + 12, 224, x + 198, 486, (56, 58, 60))
    for n in range(4):
        c.box(x + 30, 244 + n * 54, x + 120, 278 + n * 54, (180, 180, 172))
        bend = lot.randrange(20, 70)
        c.line(
            (x + 120, 262 + n * 54),
            (x + 150, 300 + n * 46),
            (x + 130 + bend, 500 + n * 12),
            fill=((188, 74, 60), (220, 176, 70), (80, 140, 96), (70, 106, 160))[n],
            by=5,
        )
    c.shape((x + 210, 210), (x + 330, 236), (x + 330, 520), (x + 210, 500), fill=(136, 146, 138))


def pole(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    lean = 0 if fixed else 120
    sag = 20 if fixed else 190
    for n in range(4):
        wires = [(x, 96 + n * 16 + sag * 4 * x * (WIDTH - x) / WIDTH**2) for x in range(0, 961, 60)]
        c.line(*wires, fill=(52, 54, 58), by=3)
    c.line((470, 430), (470 + lean, 60), fill=(146, 142, 136), by=20)
    c.line((420 + lean, 96), (540 + lean, 96 + lean // 4), fill=(120, 104, 86), by=12)
    if not fixed:
        _cone(c, 360, 470)


# --- water --------------------------------------------------------------------------------------


def burst(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    x = lot.randrange(380, 580)
    if fixed:
        _new(c, x, 560, 140, 40)
        return
    c.oval(x, 570, 380, 64, (142, 166, 180))
    c.oval(x, 566, 240, 38, (172, 192, 202))
    for n in range(-6, 7):
        tall = 200 - abs(n) * 20 + lot.randrange(24)
        c.line(
            (x, 560), (x + n * 10, 560 - tall), (x + n * 26, 580 - tall // 2),
            fill=(208, 224, 232), by=7,
        )  # fmt: skip


def _car(c: Canvas, x: float, y: float, colour: Colour, big: float = 1.0) -> None:
    c.box(x, y - 62 * big, x + 230 * big, y - 12 * big, colour, 18 * big)
    c.shape(
        (x + 44 * big, y - 60 * big),
        (x + 76 * big, y - 106 * big),
        (x + 164 * big, y - 106 * big),
        (x + 200 * big, y - 60 * big),
        fill=_shade(colour, -16),
    )
    c.shape(
        (x + 60 * big, y - 62 * big),
        (x + 84 * big, y - 97 * big),
        (x + 158 * big, y - 97 * big),
        (x + 184 * big, y - 62 * big),
        fill=GLASS,
    )
    for dx in (52, 178):
        c.oval(x + dx * big, y - 12 * big, 25 * big, 25 * big, DARK)
        c.oval(x + dx * big, y - 12 * big, 11 * big, 11 * big, METAL)


def waterlog(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    if not fixed:
        _car(c, 560, 560, (168, 92, 78))
        c.box(0, 470, WIDTH, HEIGHT, (126, 136, 132))
        c.box(586, 500, 770, 524, (112, 118, 116))
        for _each in range(30):
            x, y = lot.randrange(WIDTH), lot.randrange(480, HEIGHT)
            c.line((x, y), (x + lot.randrange(50, 130), y), fill=(152, 162, 158), by=3)
        return
    for x in (300, 700):
        c.box(x - 60, 420, x + 60, 446, (58, 60, 62))
        for n in range(8):
            c.box(x - 52 + n * 14, 424, x - 46 + n * 14, 442, (126, 128, 128))


def valve(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _inside(c, lot)
    c.line((330, 0), (330, 470), fill=(120, 138, 148), by=26)
    c.line((330, 300), (560, 300), (560, 380), fill=(120, 138, 148), by=20)
    c.oval(440, 300, 34, 34, (176, 76, 62))
    c.oval(440, 300, 13, 13, (206, 204, 196))
    c.oval(330, 190, 52, 52, (224, 222, 214))
    c.ring(330, 190, 52, 52, METAL, 6)
    c.line((330, 190), (352, 160) if fixed else (296, 204), fill=(176, 76, 62), by=5)
    if not fixed:
        c.oval(560, 500, 110, 20, (146, 152, 140))
        for n in range(3):
            c.oval(560, 402 + n * 30, 5, 9, (170, 184, 190))


def drain(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    c.box(300, 440, 640, 560, (54, 56, 58))
    for n in range(11):
        c.box(316 + n * 29, 452, 330 + n * 29, 548, (128, 130, 130))
    if fixed:
        return
    c.oval(470, 590, 330, 36, (120, 116, 98))
    for _each in range(70):
        x, y = lot.gauss(470, 120), lot.gauss(510, 34)
        hue = lot.choice(((138, 112, 66), (110, 122, 70), (206, 206, 196), (96, 84, 62)))
        c.oval(x, y, lot.randrange(9, 20), lot.randrange(5, 10), hue)


def sluice(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _riverside(c, lot, (124, 146, 150))
    c.box(250, 150, 300, 520, (166, 160, 150))
    c.box(640, 150, 690, 520, (166, 160, 150))
    c.box(240, 130, 700, 172, (150, 144, 134))
    c.box(300, 240 if not fixed else 290, 640, 470 if not fixed else 520, (92, 108, 112))
    for n in range(3):
        c.box(300, 280 + n * 62, 640, 288 + n * 62, (74, 88, 92))
    c.line((470, 172), (470, 260), fill=METAL, by=12)
    if not fixed:
        c.line((270, 160), (282, 260), (262, 330), (284, 430), fill=DARK, by=5)
        c.box(310, 470, 630, 520, (186, 202, 206))


# --- rubbish ------------------------------------------------------------------------------------


def _bin(c: Canvas, x: float, y: float, colour: Colour) -> None:
    c.shape((x, y - 150), (x + 104, y - 150), (x + 94, y), (x + 10, y), fill=colour)
    c.box(x - 6, y - 166, x + 110, y - 146, _shade(colour, -24), 5)
    c.oval(x + 22, y, 12, 12, DARK)
    c.oval(x + 84, y, 12, 12, DARK)


def _bags(c: Canvas, lot: random.Random, x: float, y: float, count: int) -> None:
    hues: tuple[Colour, ...] = ((52, 54, 60), (78, 84, 88), (196, 192, 182), (126, 60, 56))
    for _each in range(count):
        dx, big = lot.gauss(0, 110), lot.randrange(32, 52)
        lift = max(0, 60 - abs(dx) * 0.5) * lot.random()
        c.oval(x + dx, y - big * 0.7 - lift, big, big * 0.8, lot.choice(hues))
        c.line((x + dx - 7, y - big * 1.5 - lift), (x + dx + 7, y - big * 1.6 - lift), fill=DARK)


def rubbish(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _walk(c, lot)
    x = lot.randrange(260, 420)
    for n, colour in enumerate(((86, 128, 92), (84, 110, 142), (120, 118, 114))):
        _bin(c, x + n * 126, 440, colour)
    if not fixed:
        _bags(c, lot, x + 180, 500, 17)
        for n in range(3):
            _bags(c, lot, x + 40 + n * 126, 290, 1)


def rubble(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    if fixed:
        return
    x = lot.randrange(400, 560)
    c.shape((x - 280, 560), (x - 90, 420), (x + 60, 396), (x + 290, 560), fill=(158, 146, 130))
    for _each in range(60):
        at, up = lot.gauss(x, 110), lot.random()
        y = 560 - up * max(0.0, 150 - abs(at - x) * 0.6)
        hue = lot.choice(((176, 96, 74), (198, 192, 182), (138, 130, 120), (120, 112, 104)))
        c.shape((at, y), (at + 34, y - 8), (at + 30, y + 14), (at - 4, y + 20), fill=hue)


def spill(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    if fixed:
        c.box(0, 470, WIDTH, HEIGHT, (86, 92, 98))
        return
    for n in range(9):
        at = 300 + n * 44 + lot.randrange(-30, 30)
        c.oval(
            at, 540 + lot.randrange(50), lot.randrange(50, 110), lot.randrange(14, 30), (66, 56, 44)
        )
    for _each in range(30):
        c.oval(lot.randrange(200, 800), lot.randrange(470, 630), 8, 4, (112, 128, 70))


def flyers(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _walk(c, lot)
    c.box(420, 0, 520, 560, (176, 174, 168))
    c.box(500, 0, 520, 560, (150, 148, 142))
    if fixed:
        c.box(420, 200, 520, 420, (190, 188, 182))
        return
    hues: tuple[Colour, ...] = ((238, 232, 214), (232, 206, 120), (214, 148, 132), (206, 220, 226))
    for _each in range(15):
        x, y = lot.randrange(408, 470), lot.randrange(90, 470)
        c.box(x, y, x + lot.randrange(38, 56), y + lot.randrange(44, 66), lot.choice(hues))
        for n in range(3):
            c.box(x + 6, y + 10 + n * 11, x + 32, y + 14 + n * 11, (126, 116, 106))


def sofa(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _walk(c, lot)
    if fixed:
        return
    x = lot.randrange(240, 380)
    cloth = lot.choice(((134, 92, 74), (102, 112, 128), (126, 120, 92)))
    c.box(x, 300, x + 330, 430, cloth, 22)
    c.box(x - 24, 350, x + 34, 470, _shade(cloth, -18), 18)
    c.box(x + 296, 350, x + 356, 470, _shade(cloth, -18), 18)
    c.box(x + 20, 400, x + 310, 462, _shade(cloth, 14), 14)
    c.box(x + 420, 230, x + 540, 470, (220, 220, 212), 8)
    c.line((x + 420, 320), (x + 540, 320), fill=METAL, by=3)
    c.box(x + 520, 260, x + 528, 300, METAL)


def clutter(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _inside(c, lot)
    if fixed:
        return
    for n in range(10):
        x = 250 + lot.randrange(300)
        low = 540 - n % 5 * 56
        wide, tall = lot.randrange(70, 130), lot.randrange(44, 64)
        hue = lot.choice(((186, 146, 100), (172, 132, 88), (148, 128, 108), (196, 160, 116)))
        c.box(x, low - tall, x + wide, low, hue)
        c.box(x + wide * 0.4, low - tall, x + wide * 0.55, low, _shade(hue, 24))
    c.line((600, 540), (660, 240), fill=(150, 112, 80), by=16)


def toilet(c: Canvas, lot: random.Random, fixed: bool) -> None:
    c.box(0, 0, WIDTH, HEIGHT, (206, 214, 212))
    for x in range(0, WIDTH, 60):
        c.line((x, 0), (x, 470), fill=(190, 198, 196), by=2)
    for y in range(0, 470, 60):
        c.line((0, y), (WIDTH, y), fill=(190, 198, 196), by=2)
    c.box(0, 470, WIDTH, HEIGHT, (158, 162, 160))
    for n in range(3):
        c.box(520 + n * 140, 120, 640 + n * 140, 480, (124, 142, 140))
        c.oval(624 + n * 140, 310, 6, 6, DARK)
    c.box(90, 330, 430, 370, (232, 232, 226), 8)
    for n in range(2):
        c.oval(180 + n * 160, 346, 56, 16, (206, 210, 208))
        c.line((180 + n * 160, 316), (180 + n * 160, 296), (204 + n * 160, 296), fill=METAL, by=8)
    if not fixed:
        c.oval(330, 560, 190, 32, (140, 148, 140))
        for _each in range(14):
            x, y = lot.randrange(200, 620), lot.randrange(520, 610)
            c.shape((x, y), (x + 32, y - 5), (x + 28, y + 14), fill=(228, 226, 216))


# --- order in the street ------------------------------------------------------------------------


def stall(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _walk(c, lot)
    if fixed:
        return
    x = lot.randrange(240, 380)
    for n in range(8):
        hue = (196, 92, 74) if n % 2 else WHITE
        c.shape(
            (x + n * 50, 190),
            (x + 50 + n * 50, 190),
            (x + 56 + n * 52, 250),
            (x - 2 + n * 52, 250),
            fill=hue,
        )  # fmt: skip
    c.box(x + 10, 250, x + 18, 520, METAL)
    c.box(x + 394, 250, x + 402, 520, METAL)
    hues: tuple[Colour, ...] = ((214, 132, 54), (190, 70, 62), (146, 164, 74), (222, 186, 84))
    for row in range(2):
        for n in range(4):
            left, top = x + n * 100, 390 + row * 72
            c.box(left, top, left + 92, top + 60, (176, 142, 100))
            for dot in range(6):
                c.oval(left + 14 + dot * 13, top + 2, 11, 11, hues[(n + row) % 4])


def cars(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    hues: tuple[Colour, ...] = ((208, 210, 208), (112, 126, 142), (152, 78, 70), (84, 90, 94))
    if fixed:
        for x in range(60, 900, 60):
            c.line((x, 430), (x + 34, 466), fill=(226, 186, 74), by=6)
        c.box(40, 424, 920, 430, (226, 186, 74))
        c.box(40, 466, 920, 472, (226, 186, 74))
        return
    for n in range(3):
        _car(c, 50 + n * 290 + lot.randrange(20), 436, hues[(n + lot.randrange(4)) % 4], 1.12)


def crane(c: Canvas, lot: random.Random, fixed: bool) -> None:
    c.box(0, 0, WIDTH, HEIGHT, lot.choice(SKIES))
    x = lot.randrange(560, 700)
    for row in range(6):
        c.box(120, 150 + row * 62, 420, 164 + row * 62, (150, 146, 140))
        for n in range(6):
            c.box(126 + n * 56, 164 + row * 62, 134 + n * 56, 212 + row * 62, (170, 166, 158))
    c.box(x, 60, x + 18, 470, (218, 170, 62))
    c.line((x - 330, 92), (x + 150, 92), fill=(218, 170, 62), by=12)
    c.line((x + 9, 40), (x - 320, 90), fill=METAL, by=3)
    c.line((x + 9, 40), (x + 140, 90), fill=METAL, by=3)
    drop = 190 if not fixed else 120
    c.line((x - 240, 92), (x - 240, 92 + drop), fill=DARK, by=3)
    if not fixed:
        c.box(x - 290, 92 + drop, x - 190, 116 + drop, (150, 112, 80))
    for n in range(9):
        gap = not fixed and n in (3, 4)
        if not gap:
            c.box(n * 110, 430, n * 110 + 106, 540, (96, 132, 146))
            c.box(n * 110, 470, n * 110 + 106, 478, WHITE)
    c.box(0, 540, WIDTH, HEIGHT, (156, 140, 118))


def _animal(c: Canvas, x: float, y: float, hue: Colour, big: float) -> None:
    c.oval(x, y, 62 * big, 28 * big, hue)
    for dx in (-44, -26, 30, 46):
        c.box(x + dx * big, y + 6 * big, x + (dx + 11) * big, y + 64 * big, _shade(hue, -16))
    c.oval(x + 70 * big, y - 34 * big, 27 * big, 23 * big, hue)
    c.oval(x + 96 * big, y - 27 * big, 15 * big, 10 * big, _shade(hue, -24))
    c.shape(
        (x + 54 * big, y - 50 * big), (x + 64 * big, y - 78 * big), (x + 76 * big, y - 54 * big),
        fill=_shade(hue, -30),
    )  # fmt: skip
    c.line((x - 58 * big, y - 10 * big), (x - 96 * big, y - 46 * big), fill=hue, by=11 * big)


def dog(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    if fixed:
        c.box(420, 180, 430, 404, METAL)
        c.box(360, 150, 490, 240, (72, 118, 96), 8)
        c.box(382, 176, 468, 186, WHITE)
        c.box(382, 202, 446, 212, WHITE)
        return
    for n, hue in enumerate(((166, 128, 86), (92, 84, 78), (206, 192, 168))):
        _animal(c, 230 + n * 240 + lot.randrange(40), 430 + n * 46, hue, 0.8 + n * 0.14)


def signboard(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _walk(c, lot)
    if fixed:
        c.box(330, 16, 620, 96, (70, 104, 112), 4)
        c.box(370, 44, 580, 66, WHITE)
        return
    c.box(324, 30, 616, 100, (120, 112, 100))
    c.shape((330, 22), (612, 120), (584, 202), (306, 104), fill=(174, 84, 66))
    c.shape((382, 76), (548, 134), (540, 158), (374, 100), fill=WHITE)
    c.line((330, 22), (322, 0), fill=DARK, by=5)
    for x in (250, 700):
        _cone(c, x, 560)


def truck(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    if fixed:
        c.box(0, 470, WIDTH, HEIGHT, (86, 92, 98))
        return
    c.shape((240, 350), (620, 350), (596, 500), (260, 500), fill=(92, 116, 96))
    c.shape((250, 352), (340, 290), (520, 282), (610, 352), fill=(146, 112, 78))
    c.box(624, 380, 748, 500, (186, 140, 62), 10)
    c.box(656, 396, 736, 440, GLASS, 4)
    for x in (310, 420, 690):
        c.oval(x, 506, 34, 34, DARK)
        c.oval(x, 506, 14, 14, METAL)
    for _each in range(60):
        x = lot.randrange(0, 420)
        c.oval(
            x, 540 + lot.gauss(10, 24), lot.randrange(6, 24), lot.randrange(4, 9), (134, 102, 72)
        )


def name_plate(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _walk(c, lot)
    c.box(470, 150, 482, 560, METAL)
    if fixed:
        c.box(350, 150, 602, 222, (50, 98, 146), 6)
        c.box(382, 172, 570, 196, WHITE)
        return
    c.line((476, 200), (476, 160), fill=DARK, by=12)
    c.shape((540, 520), (760, 560), (748, 616), (528, 576), fill=(50, 98, 146))
    c.shape((572, 542), (718, 568), (714, 588), (568, 562), fill=WHITE)


# --- fire, power --------------------------------------------------------------------------------


def _ebike(c: Canvas, x: float, y: float, hue: Colour) -> None:
    for dx in (-58, 58):
        c.oval(x + dx, y, 31, 31, DARK)
        c.oval(x + dx, y, 13, 13, METAL)
    c.shape((x - 80, y - 24), (x - 70, y - 74), (x - 6, y - 70), (x + 10, y - 20), fill=hue)
    c.shape((x + 20, y - 30), (x + 44, y - 120), (x + 68, y - 112), (x + 58, y - 24), fill=hue)
    c.box(x - 10, y - 32, x + 34, y - 20, _shade(hue, -20))
    c.box(x - 84, y - 88, x + 2, y - 72, DARK, 8)
    c.line((x + 44, y - 118), (x + 36, y - 150), (x + 74, y - 156), fill=DARK, by=7)


def ebikes(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _inside(c, lot)
    if fixed:
        c.box(330, 190, 470, 280, WHITE, 6)
        c.oval(400, 235, 34, 34, (188, 70, 60))
        c.oval(400, 235, 24, 24, WHITE)
        c.line((380, 255), (420, 215), fill=(188, 70, 60), by=9)
        return
    hues: tuple[Colour, ...] = ((178, 82, 70), (82, 118, 140), (206, 202, 190), (96, 124, 92))
    for n in range(3):
        _ebike(c, 300 + n * 190, 520 + n % 2 * 40, hues[(n + lot.randrange(4)) % 4])
    c.line((420, 0), (432, 160), (404, 300), (440, 460), fill=DARK, by=6)
    c.box(426, 430, 462, 474, WHITE, 4)


def hydrant(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _inside(c, lot)
    c.box(330, 160, 570, 430, (178, 60, 52), 6)
    c.box(348, 180, 552, 412, (206, 214, 216) if fixed else (74, 68, 64))
    if not fixed:
        c.shape((348, 180), (430, 180), (380, 300), (348, 330), fill=(196, 208, 212))
        c.oval(470, 330, 40, 40, (98, 92, 86))
        return
    c.ring(420, 300, 46, 46, (232, 226, 206), 18)
    for x in (500, 530):
        c.box(x, 250, x + 20, 400, (196, 66, 56), 6)
        c.box(x + 5, 232, x + 15, 250, DARK)


def bottles(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _walk(c, lot)
    if fixed:
        c.box(330, 210, 640, 500, (150, 158, 158), 6)
        c.line((485, 220), (485, 490), fill=METAL, by=4)
        c.shape((400, 340), (450, 340), (425, 296), fill=(226, 190, 62))
        return
    for n in range(4):
        x, y = 230 + n * 128 + lot.randrange(20), 520 - n % 2 * 36
        hue = lot.choice(((94, 122, 134), (166, 162, 152), (176, 92, 74)))
        c.box(x, y - 170, x + 96, y, hue, 30)
        c.box(x + 30, y - 200, x + 66, y - 168, METAL, 5)
        c.box(x + 10, y - 100, x + 86, y - 92, _shade(hue, -24))


def shop(c: Canvas, lot: random.Random, fixed: bool) -> None:
    wall = lot.choice(WALLS)
    c.box(0, 0, WIDTH, HEIGHT, wall)
    c.box(120, 80, 840, 160, lot.choice(((150, 70, 58), (64, 104, 96), (150, 116, 54))))
    c.box(200, 106, 460, 132, WHITE)
    c.box(130, 170, 830, 540, (78, 84, 86))
    for row in range(3):
        c.box(150, 260 + row * 92, 560, 268 + row * 92, (150, 118, 84))
        for n in range(9):
            hue = lot.choice(((206, 150, 70), (172, 82, 70), (110, 140, 104), (206, 200, 184)))
            tall = lot.randrange(34, 66)
            if fixed or lot.random() < 0.72:
                c.box(160 + n * 44, 260 + row * 92 - tall, 192 + n * 44, 260 + row * 92, hue, 3)
    c.box(590, 200, 810, 540, GLASS)
    c.box(696, 200, 704, 540, WHITE)
    if fixed:
        c.box(612, 260, 686, 350, WHITE)
        c.box(622, 276, 676, 282, (176, 76, 62))
        c.box(622, 296, 676, 302, METAL)
    c.box(0, 540, WIDTH, HEIGHT, KERB)


def factory(c: Canvas, lot: random.Random, fixed: bool) -> None:
    c.box(0, 0, WIDTH, HEIGHT, (168, 174, 174))
    for x in range(0, WIDTH, 120):
        c.box(x, 0, x + 8, 430, (142, 148, 150))
    c.box(0, 430, WIDTH, HEIGHT, (136, 140, 138))
    c.box(0, 470, WIDTH, 482, (222, 184, 70))
    c.box(300, 240, 620, 460, (92, 120, 128), 10)
    c.oval(460, 330, 78, 78, (66, 74, 78))
    c.oval(460, 330, 30, 30, METAL)
    if fixed:
        c.ring(460, 330, 92, 92, (222, 184, 70), 14)
        for n in range(5):
            c.line((396 + n * 32, 250), (396 + n * 32, 412), fill=(222, 184, 70), by=5)
        return
    for n in range(7):
        x, low = 660 + n % 3 * 86, 560 - n // 3 * 74
        c.box(x, low - 70, x + 82, low, lot.choice(((186, 146, 100), (172, 132, 88))))


# --- houses -------------------------------------------------------------------------------------


def facade(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _front(c, lot)
    if fixed:
        c.box(344, 366, 520, 416, (214, 210, 200))
        return
    c.shape((352, 280), (470, 262), (520, 350), (470, 420), (372, 402), fill=(132, 116, 102))
    for _each in range(26):
        x, y = lot.gauss(440, 90), lot.randrange(572, 632)
        c.shape((x, y), (x + 26, y - 5), (x + 22, y + 12), fill=lot.choice(WALLS))
    for x in range(180, 800, 30):
        c.line((x, 540), (x + 15, 540), fill=(206, 70, 58) if x % 60 else WHITE, by=9)


def stairwell(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _inside(c, lot)
    c.oval(440, 60, 46, 16, (252, 236, 180) if fixed else (96, 96, 92))
    if not fixed:
        veil = Image.new("RGB", c.image.size, (24, 26, 32))
        c.image = Image.blend(c.image, veil, 0.46)
        c.pen = ImageDraw.Draw(c.image)


def elevator(c: Canvas, lot: random.Random, fixed: bool) -> None:
    wall = lot.choice(((196, 190, 178), (186, 192, 192)))
    c.box(0, 0, WIDTH, HEIGHT, wall)
    c.box(0, 540, WIDTH, HEIGHT, (150, 146, 138))
    c.box(290, 90, 670, 540, (120, 126, 130))
    gap = 0 if fixed else 46
    c.box(310, 110, 478 - gap, 540, (176, 182, 184))
    c.box(482 + gap, 110, 650, 540, (176, 182, 184))
    c.box(478 - gap, 110, 482 + gap, 540, DARK)
    c.box(430, 48, 530, 82, DARK, 4)
    c.box(448, 58, 512, 72, (92, 186, 116) if fixed else (206, 74, 62))
    c.box(720, 290, 766, 380, (206, 206, 200), 6)
    c.oval(743, 318, 12, 12, (236, 206, 120) if fixed else METAL)
    c.oval(743, 352, 12, 12, METAL)
    if not fixed:
        c.shape((400, 620), (560, 620), (480, 460), fill=(226, 184, 64))
        c.box(474, 520, 486, 574, DARK)
        c.oval(480, 594, 8, 8, DARK)


def slope(c: Canvas, lot: random.Random, fixed: bool) -> None:
    c.box(0, 0, WIDTH, HEIGHT, lot.choice(SKIES))
    c.shape((0, 90), (420, 150), (760, 420), (960, 520), (960, 640), (0, 640), fill=(126, 148, 96))
    c.shape((240, 150), (420, 170), (640, 360), (560, 520), (330, 470), fill=(166, 122, 82))
    if fixed:
        c.shape((230, 140), (430, 160), (660, 360), (570, 530), (310, 480), fill=(90, 128, 140))
        for n in range(6):
            c.line((250 + n * 62, 190 + n * 44), (300 + n * 50, 440), fill=(74, 108, 120), by=3)
    else:
        for _each in range(26):
            c.oval(lot.gauss(560, 80), lot.gauss(520, 30), 24, 15, (146, 106, 72))
    c.shape((0, 560), (960, 530), (960, 640), (0, 640), fill=ROAD)


def night_house(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot, night=True)
    c.box(250, 150, 560, 340, (64, 60, 58))
    c.box(262, 236, 548, 340, (92, 88, 84) if fixed else (232, 178, 92))
    c.box(262, 176, 548, 222, (70, 66, 64) if fixed else (186, 72, 92))
    if fixed:
        return
    for n in range(3):
        at = 640 + n * 56
        c.line((at, 210), (at + 18 + n * 6, 260), (at, 310), fill=(232, 214, 150), by=7)


def night_road(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot, night=True)
    if fixed:
        for x in (360, 500, 640):
            _cone(c, x, 540, 1.3)
        return
    c.shape((520, 500), (960, 440), (960, 620), fill=(140, 132, 96))
    c.oval(470, 530, 34, 34, DARK)
    c.oval(330, 530, 34, 34, DARK)
    c.shape((330, 500), (420, 452), (490, 470), (478, 520), (350, 522), fill=(176, 70, 62))
    c.oval(400, 420, 26, 30, (70, 76, 92))
    c.oval(508, 498, 11, 11, (250, 236, 180))


# --- green, water, air --------------------------------------------------------------------------


def tree(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    c.shape((440, 430), (520, 430), (506, 240), (458, 240), fill=BARK)
    for dx, dy, big in (
        (-110, 190, 96),
        (0, 130, 120),
        (110, 180, 100),
        (-40, 220, 90),
        (60, 230, 84),
    ):
        if fixed and dx > 100:
            continue
        c.oval(480 + dx, dy, big, big * 0.8, _shade(LEAF, lot.randrange(-14, 14)))
    if not fixed:
        c.line((560, 240), (680, 330), (760, 470), fill=BARK, by=22)
        for dx, dy in ((700, 400), (760, 440), (800, 480), (720, 470)):
            c.oval(dx, dy, 62, 40, _shade(LEAF, lot.randrange(-20, 10)))


def stump(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _meadow(c, lot)
    for x in (230, 700):
        if fixed:
            c.box(x - 5, 330, x + 5, 500, BARK)
            c.oval(x, 320, 46, 60, LEAF)
            c.line((x - 40, 500), (x, 400), (x + 40, 500), fill=(176, 150, 110), by=5)
        else:
            c.box(x - 52, 430, x + 52, 500, BARK)
            c.oval(x, 430, 52, 18, (206, 176, 132))
            c.ring(x, 430, 34, 11, (176, 142, 100), 3)
            c.ring(x, 430, 16, 5, (176, 142, 100), 3)


def fitness(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _meadow(c, lot)
    c.box(0, 470, WIDTH, HEIGHT, (176, 122, 96))
    for x in (200, 560):
        c.box(x, 220, x + 16, 520, (86, 132, 152))
        c.box(x + 180, 220, x + 196, 520, (86, 132, 152))
        c.box(x, 216, x + 196, 234, (218, 170, 62))
        broken = not fixed and x == 560
        c.line((x + 60, 234), (x + 60, 400), fill=METAL, by=6)
        c.line((x + 136, 234), (x + 136, 400 if not broken else 300), fill=METAL, by=6)
        if broken:
            c.shape((x + 50, 400), (x + 80, 396), (x + 150, 500), (x + 120, 508), fill=(60, 64, 68))
        else:
            c.box(x + 50, 396, x + 146, 412, (60, 64, 68), 5)


def lawn(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _meadow(c, lot)
    if fixed:
        for _each in range(120):
            x, y = lot.randrange(WIDTH), lot.randrange(330, HEIGHT)
            if not 330 < x < 760:
                c.line((x, y), (x + 4, y - 14), fill=(112, 140, 82), by=3)
        return
    for row in range(4):
        y = 400 + row * 56
        c.box(60, y, 320 - row * 6, y + 34, (126, 96, 68))
        for n in range(7):
            c.oval(90 + n * 34, y - 2, 15, 13, (86, 142, 76))


def river(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _riverside(c, lot, (128, 156, 160) if fixed else (108, 120, 104))
    if fixed:
        c.shape((430, 420), (640, 420), (600, 466), (462, 466), fill=(150, 110, 78))
        c.line((520, 420), (520, 330), fill=BARK, by=6)
        return
    hues: tuple[Colour, ...] = (WHITE, (206, 206, 200), (214, 176, 96), (120, 148, 96))
    for _each in range(30):
        x, y = lot.gauss(500, 190), lot.randrange(330, 610)
        big = lot.randrange(14, 40)
        c.shape(
            (x, y), (x + big, y - 6), (x + big + 4, y + 12), (x + 2, y + 18), fill=lot.choice(hues)
        )


def smoke(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _street(c, lot)
    c.box(420, 60, 476, 340, (150, 104, 84))
    c.box(412, 52, 484, 74, (126, 86, 70))
    if fixed:
        return
    for n in range(11):
        grey = 80 + n * 9
        c.oval(
            450 + n * 38, 44 + lot.randrange(-14, 24) - n * 2, 34 + n * 6, 26 + n * 5, (grey,) * 3
        )


def farm(c: Canvas, lot: random.Random, fixed: bool) -> None:
    _meadow(c, lot)
    c.box(90, 190, 420, 340, (190, 150, 120))
    c.shape((60, 196), (450, 196), (410, 130), (100, 130), fill=(140, 84, 68))
    for n in range(4):
        c.box(120 + n * 76, 240, 160 + n * 76, 300, DARK)
    water = (124, 152, 156) if fixed else (104, 88, 58)
    c.shape((420, 340), (500, 340), (900, 640), (620, 640), fill=water)


def school(c: Canvas, lot: random.Random, fixed: bool) -> None:
    c.box(0, 0, WIDTH, HEIGHT, lot.choice(SKIES))
    c.box(180, 90, 780, 400, (214, 196, 170))
    for row in range(3):
        for n in range(8):
            c.box(210 + n * 70, 120 + row * 86, 256 + n * 70, 168 + row * 86, GLASS)
    c.box(0, 330, WIDTH, 412, (186, 178, 164))
    for x in range(390, 580, 24):
        c.box(x, 300, x + 8, 412, METAL)
    c.box(0, 412, WIDTH, HEIGHT, ROAD)
    for x in range(60, 900, 74):
        c.shape((x, 440), (x + 40, 440), (x + 28, 560), (x - 20, 560), fill=WHITE)
    if fixed:
        for n in range(12):
            c.box(n * 80, 586, n * 80 + 40, 606, (222, 184, 70))
        return
    c.box(640, 330, 800, 430, (176, 142, 100))
    c.shape((620, 300), (820, 300), (800, 340), (640, 340), fill=(196, 92, 74))


def counter(c: Canvas, lot: random.Random, fixed: bool) -> None:
    """A desk where somebody was received: for what leaves no trace in the street."""
    wall = lot.choice(((206, 210, 204), (214, 206, 194), (200, 208, 212)))
    c.box(0, 0, WIDTH, HEIGHT, wall)
    c.box(0, 520, WIDTH, HEIGHT, (156, 150, 142))
    c.box(90, 80, 330, 230, WHITE, 4)
    for n in range(4):
        c.box(112, 104 + n * 30, 280 - n % 2 * 50, 114 + n * 30, METAL)
    c.box(700, 60, 860, 210, (166, 190, 200))
    c.box(776, 60, 784, 210, WHITE)
    c.box(120, 380, 840, 404, (150, 112, 80))
    c.box(150, 404, 810, 560, (172, 136, 100))
    c.box(560, 290, 690, 372, DARK, 5)
    c.box(612, 372, 640, 382, DARK)
    for n in range(3 if fixed else 1):
        c.shape(
            (250 + n * 12, 372 - n * 6),
            (350 + n * 12, 372 - n * 6),
            (360, 382),
            (240, 382),
            fill=WHITE,
        )
    c.box(410, 330, 444, 380, lot.choice(((150, 84, 70), (70, 112, 106))), 6)
    c.ring(450, 352, 12, 12, METAL, 4)


PAINTERS: dict[str, Painter] = {
    each.__name__: each
    for each in (
        cover, cover_missing, pothole, lamp, guardrail, bus_stop, paving, bikes, traffic_light,
        trench, utility_box, pole, burst, waterlog, valve, drain, sluice, rubbish, rubble, spill,
        flyers, sofa, clutter, toilet, stall, cars, crane, dog, signboard, truck, name_plate,
        ebikes, hydrant, bottles, shop, factory, facade, stairwell, elevator, slope, night_house,
        night_road, tree, stump, fitness, lawn, river, smoke, farm, school, counter,
    )
}  # fmt: skip


def painted(subject: str, place: int, *, fixed: bool) -> Image.Image:
    """The subject as it looks at this place, before or after."""
    lot = random.Random(place)  # noqa: S311 - a picture, not a secret
    ground = Canvas(SKIES[0])
    PAINTERS[subject](ground, lot, fixed)
    return ground.done()
