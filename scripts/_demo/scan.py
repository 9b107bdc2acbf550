"""A page as it comes out of an office scanner: turned a little, grey, soft and noisy, saved as JPEG."""

from __future__ import annotations

import io
import random
from typing import Final

from PIL import Image, ImageChops, ImageFilter

from _demo.documents import Document
from _demo.render import page

DOTS_PER_INCH: Final = 110.0
_QUALITY: Final = 70
_GLASS: Final = (236, 235, 231)
"""The scanner's lid, seen where the turned sheet leaves a corner free."""


def scan(document: Document, seed: int) -> bytes:
    """JPEG bytes; the same document and ``seed`` give the same bytes."""
    draw = random.Random(seed)  # noqa: S311 -- noise, not secrets
    with Image.open(io.BytesIO(page(document.template, document.data, DOTS_PER_INCH))) as clean:
        sheet = clean.convert("RGB")
    angle = draw.choice((-1, 1)) * draw.uniform(0.4, 1.1)
    turned = sheet.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=_GLASS)
    soft = turned.filter(ImageFilter.GaussianBlur(0.6))
    grain = Image.frombytes("L", soft.size, draw.randbytes(soft.width * soft.height))
    grain = grain.point([round(value * 18 / 255) for value in range(256)])
    noisy = ImageChops.subtract(soft, Image.merge("RGB", (grain, grain, grain)))
    out = io.BytesIO()
    noisy.save(out, "JPEG", quality=_QUALITY, dpi=(round(DOTS_PER_INCH), round(DOTS_PER_INCH)))
    return out.getvalue()
