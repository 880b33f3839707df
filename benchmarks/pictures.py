"""Writing a picture: size, time and loss of each way that encode_picture could choose.

python benchmarks/pictures.py [repeats]
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import bench
import cv2
import numpy as np
from PIL import Image

WIDTH, HEIGHT = 1920, 1080


def photograph(grain: float) -> np.ndarray:
    """Structure at all scales with sharp edges, and grain on top of it."""
    random = np.random.default_rng(3)
    picture = np.full((HEIGHT, WIDTH, 3), 128, np.float32)
    for step, weight in ((200, 45), (60, 25), (20, 15), (6, 9), (2, 4)):
        noise = random.standard_normal((HEIGHT // step + 2, WIDTH // step + 2, 3)).astype(np.float32)
        picture += weight * cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    for _ in range(12):
        centre = (int(random.integers(WIDTH)), int(random.integers(HEIGHT)))
        cv2.circle(picture, centre, int(random.integers(30, 270)), random.uniform(0, 255, 3).tolist(), -1)
    soft = cv2.GaussianBlur(picture, (0, 0), 1)
    return np.clip(soft + random.standard_normal(soft.shape) * grain, 0, 255).round().astype(np.uint8)


def with_opencv(levels: np.ndarray, suffix: str, *options: int) -> bytes:
    return cv2.imencode(suffix, cv2.cvtColor(levels, cv2.COLOR_RGB2BGR), list(options))[1].tobytes()


def with_pillow(levels: np.ndarray, kind: str, **options: int | bool) -> bytes:
    out = io.BytesIO()
    Image.fromarray(levels).save(out, kind, **options)
    return out.getvalue()


def ways(levels: np.ndarray) -> dict[str, Callable[[], bytes]]:
    level, strategy, rle = cv2.IMWRITE_PNG_COMPRESSION, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE
    return {
        "PNG, OpenCV, run-length, level 3 (chosen)": lambda: with_opencv(levels, ".png", level, 3, strategy, rle),
        "PNG, OpenCV, level 3": lambda: with_opencv(levels, ".png", level, 3),
        "PNG, OpenCV, level 6": lambda: with_opencv(levels, ".png", level, 6),
        "PNG, Pillow, level 1": lambda: with_pillow(levels, "PNG", compress_level=1),
        "PNG, Pillow, level 6": lambda: with_pillow(levels, "PNG", compress_level=6),
        "WebP lossless, method 0": lambda: with_pillow(levels, "WEBP", lossless=True, quality=0, method=0),
        "WebP lossless, method 2 (chosen)": lambda: with_pillow(levels, "WEBP", lossless=True, quality=50, method=2),
        "WebP lossless, method 4": lambda: with_pillow(levels, "WEBP", lossless=True, quality=75, method=4),
        "JPEG 98, 4:4:4 (chosen)": lambda: with_pillow(levels, "JPEG", quality=98, subsampling=0),
        "JPEG 92, 4:4:4 (chosen)": lambda: with_pillow(levels, "JPEG", quality=92, subsampling=0),
        "WebP 98, method 2": lambda: with_pillow(levels, "WEBP", quality=98, method=2),
    }


def loss(data: bytes, levels: np.ndarray) -> str:
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    read = cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
    square = float(np.mean((read.astype(np.float32) - levels) ** 2))
    return f"{10 * np.log10(255**2 / square):.1f} dB" if square else "none"


def main(repeats: int) -> None:
    print(f"{bench.machine()}; {repeats} runs, medians")
    for name, grain in (("clean", 0.0), ("grainy", 3.0)):
        levels = photograph(grain)
        rows = []
        for way, encode in ways(levels).items():
            seconds = bench.median_seconds(encode, repeats)
            data = encode()
            rows.append((way, f"{len(data) / 1e6:.2f} MB", f"{1000 * seconds:.0f} ms", loss(data, levels)))
        bench.print_table(f"{name}, {WIDTH}x{HEIGHT}", ("way", "size", "time", "PSNR"), rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 5)
