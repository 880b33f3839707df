"""The sound of a clip: a soft chord that rises, lasts and falls."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer, OutputContainer

SAMPLE_RATE = 48000
FRAME_SAMPLES = 1024  # of AAC
TONES = {2: 1.0, 3: 0.6, 4: 0.5, 5: 0.25, 6: 0.2}  # waves in a frame: whole numbers, so that each frame starts alike
LEVEL = 0.05
FADE_FRAMES = 20


def lay_chord(container: OutputContainer, seconds: float) -> None:
    """Mux the chord as AAC in stereo of this length: encoded once, its lasting frame repeated."""
    chord, packets = _encoded_chord()
    stream = container.add_stream_from_template(chord.streams.audio[0])
    samples = round(seconds * SAMPLE_RATE) + FRAME_SAMPLES  # the encoder begins with a frame of silence
    for at, data in enumerate(_lasting(packets, -(-samples // FRAME_SAMPLES))):
        packet = av.Packet(data)
        packet.stream, packet.time_base = stream, Fraction(1, SAMPLE_RATE)
        packet.pts = packet.dts = (at - 1) * FRAME_SAMPLES
        packet.duration = min(FRAME_SAMPLES, samples - at * FRAME_SAMPLES)
        container.mux(packet)


def _lasting(packets: list[bytes], count: int) -> Iterator[bytes]:
    """Yield `count` packets: the first ones, the middle one repeated, the last ones."""
    edge = min(count, len(packets)) // 2
    yield from packets[:edge]
    yield from [packets[len(packets) // 2]] * (count - 2 * edge)
    yield from packets[len(packets) - edge :]


@cache
def _encoded_chord() -> tuple[InputContainer, list[bytes]]:
    """The shortest whole chord, and its packets."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=SAMPLE_RATE)
        stream.layout, stream.bit_rate = "stereo", 64000
        container.mux(stream.encode(_wave()))
        container.mux(stream.encode(None))
    chord = av.open(io.BytesIO(file.getvalue()), "r")
    return chord, [bytes(packet) for packet in chord.demux(audio=0) if packet.size]


def _wave() -> AudioFrame:
    samples = np.arange((2 * FADE_FRAMES + 3) * FRAME_SAMPLES, dtype=np.float32)
    tones = sum(loud * np.sin(waves * samples * np.float32(2 * np.pi / FRAME_SAMPLES)) for waves, loud in TONES.items())
    fade = np.minimum(np.minimum(samples, samples[::-1]) / (FADE_FRAMES * FRAME_SAMPLES), 1)
    wave = (LEVEL * tones * fade).astype(np.float32)
    frame = AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
    return frame
