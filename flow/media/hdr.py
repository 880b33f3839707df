"""Tone mapping of HDR (HLG and PQ, BT.2020) to SDR (BT.709), by a lookup table that FFmpeg applies."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from .filters import filter_for

PEAK_NITS = 1000.0  # the nominal peak of HLG (BT.2100), and of nearly everything mastered in PQ
WHITE_NITS = 203.0  # diffuse white in HDR (BT.2408)
PEAK = PEAK_NITS / WHITE_NITS
KNEE = 0.5  # below half of white, light is left as it is
LUMINANCE = np.array([0.2627, 0.6780, 0.0593])  # of BT.2020
# From BT.2020 primaries to those of BT.709, both D65 (BT.2087).
TO_BT709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
STEPS = 33  # of the table, along each colour: as colour tables for film usually have
TOP = 65535


def hlg_light(signal: np.ndarray) -> np.ndarray:
    """Displayed light, 1 being diffuse white, of HLG signals [..., 3] in 0..1 (BT.2100)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return np.asarray(PEAK * scene * (scene @ LUMINANCE)[..., None] ** 0.2)


def pq_light(signal: np.ndarray) -> np.ndarray:
    """Displayed light, 1 being diffuse white, of PQ signals in 0..1 (SMPTE ST 2084)."""
    root = signal ** (32 / 2523)
    light = np.maximum(root - 107 / 128, 0) / (2413 / 128 - 2392 / 128 * root)
    return np.asarray(light ** (8192 / 1305) * (10000 / WHITE_NITS))


# Name and light by ffmpeg's number of the transfer (AVCOL_TRC_*).
TRANSFERS: dict[int, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {16: ("PQ", pq_light), 18: ("HLG", hlg_light)}


def hdr_of(stream: VideoStream) -> int:
    """The transfer of an HDR stream, by ffmpeg's number; 0 for SDR."""
    transfer = int(stream.codec_context.color_trc or 0)
    return transfer if transfer in TRANSFERS else 0


def name_of(transfer: int) -> str:
    return TRANSFERS[transfer][0]


def tone_mapped(signal: np.ndarray, transfer: int) -> np.ndarray:
    """SDR signals [..., 3] in 0..1, BT.709, of HDR ones with BT.2020 primaries.

    Light up to half of diffuse white stays, brighter light is bent so that the peak becomes white; hues stay.
    """
    light = np.maximum(TRANSFERS[transfer][1](np.clip(signal, 0, 1)) @ TO_BT709.T, 0)
    brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-9)
    return _srgb(np.clip(light * (_bent(brightest) / brightest), 0, 1))


def _srgb(light: np.ndarray) -> np.ndarray:
    """As screens of computers show BT.709; straight near black, where a power alone is too steep for a table."""
    return np.asarray(np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055))


def _bent(light: np.ndarray) -> np.ndarray:
    """The curve that FFmpeg's tonemap calls mobius: smooth at the knee, 1 at the peak."""
    a = -(KNEE**2) * (PEAK - 1) / (KNEE**2 - 2 * KNEE + PEAK)
    b = (KNEE**2 - 2 * KNEE * PEAK + PEAK) / (PEAK - 1)
    bent = (b * b + 2 * b * KNEE + KNEE**2) / (b - a) * (light + a) / (light + b)
    return np.asarray(np.where(light <= KNEE, light, np.minimum(bent, 1)))


class ToneMap:
    """Turns frames of planar 16-bit RGB from HDR to SDR; `white` is the level of white in them, 65535 afterwards.

    Of one size and for one thread.
    """

    def __init__(self, transfer: int, white: int) -> None:
        self._transfer, self._white = transfer, white
        self._graph: Graph | None = None

    def __call__(self, rgb: VideoFrame) -> VideoFrame:
        if self._graph is None:
            self._graph = self._configured(rgb)
        self._graph.vpush(rgb)
        return self._graph.vpull()

    def _configured(self, rgb: VideoFrame) -> Graph:
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "sdr.cube"
            table.write_text(_cube(self._transfer, TOP / self._white), "ascii")
            return filter_for(rgb, "lut3d", file=str(table), interp="tetrahedral")


@lru_cache(maxsize=4)  # each thread of each clip needs it, and a tenth of a second to write it
def _cube(transfer: int, scale: float) -> str:
    """The table in the format that Adobe and FFmpeg call .cube: red changes fastest."""
    steps = np.linspace(0, scale, STEPS)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    values = tone_mapped(np.stack([red, green, blue], axis=-1), transfer).reshape(-1, 3)
    return f"LUT_3D_SIZE {STEPS}\n" + "\n".join(
        f"{red:.6f} {green:.6f} {blue:.6f}" for red, green, blue in values.tolist()
    )
