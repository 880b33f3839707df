"""The sound of a clip: a soft chord that swells and falls slowly."""

from __future__ import annotations

import io
from fractions import Fraction
from functools import lru_cache

import av
import numpy as np
from av.audio.frame import AudioFrame

SAMPLE_RATE = 48000
CHORD_HERTZ = {110: 1.0, 165: 0.6, 220: 0.5, 277: 0.25, 330: 0.2}  # whole numbers, so that one second can be repeated
LEVEL = 0.05
SWELL_SECONDS = 6.0
FADE_SECONDS = 0.4


@lru_cache(maxsize=32)
def chord(seconds: float) -> bytes:
    """An AAC file in stereo of this length; kept, since encoding it costs more than a small clip."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=SAMPLE_RATE)
        stream.layout, stream.bit_rate = "stereo", 64000
        container.mux(stream.encode(_wave(round(seconds * SAMPLE_RATE))))
        container.mux(stream.encode(None))
    return file.getvalue()


def _wave(samples: int) -> AudioFrame:
    moments = np.arange(samples, dtype=np.float32) / SAMPLE_RATE
    second = moments[:SAMPLE_RATE] * np.float32(2 * np.pi)
    tones = sum(loud * np.sin(hertz * second) for hertz, loud in CHORD_HERTZ.items())
    edges = np.minimum(moments, moments[::-1]) / FADE_SECONDS
    swell = 0.75 - 0.25 * np.cos(moments * np.float32(2 * np.pi / SWELL_SECONDS))
    wave = (LEVEL * np.resize(tones, samples) * swell * np.minimum(edges, 1)).astype(np.float32)
    frame = AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
    return frame
