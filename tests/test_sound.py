"""The sound of a video is given as far as it goes, in two channels, and never stands in the way of its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import clips
import numpy as np
import pytest
from apimart.flow.media import decode_audio, decode_frames, fit_video
from apimart.flow.model import AudioData

RATE = 48000
LEFT, RIGHT, CENTRE = 0, 1, 2  # of 5.1


def with_sound(path: Path, codec: str, parts: list[tuple[str, np.ndarray]]) -> Path:
    """Two seconds of video with sound in parts: a layout, and samples [channels, samples] at 48 kHz."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound: Any = out.add_stream(codec, rate=RATE, layout=parts[0][0])
        for number in range(48):
            frame = av.VideoFrame.from_ndarray(clips.painted(64, 48)(number), format="rgb24")
            out.mux(video.encode(frame))
        out.mux(video.encode())
        place = 0
        for layout, samples in parts:
            coder: Any = av.CodecContext.create(codec, "w")
            coder.sample_rate, coder.layout, coder.format = RATE, layout, sound.codec_context.format
            coder.time_base = Fraction(1, RATE)
            packets = [*encoded(coder, layout, samples)]
            for packet in packets:
                packet.pts = packet.dts = packet.pts + place
                packet.stream = sound
                out.mux(packet)
            place += samples.shape[1]
    return path


def encoded(coder: Any, layout: str, samples: np.ndarray) -> Iterator[Any]:
    size = coder.frame_size or 1536
    for begin in range(0, samples.shape[1], size):
        part = np.ascontiguousarray(samples[:, begin : begin + size], np.float32)
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, begin, Fraction(1, RATE)
        for made in av.AudioResampler(coder.format, layout, RATE).resample(frame):
            yield from coder.encode(made)
    yield from coder.encode(None)


def tones(*levels: float, seconds: float = 2.0) -> np.ndarray:
    wave = np.sin(np.arange(round(seconds * RATE)) * (2 * np.pi * 440 / RATE))
    return np.stack([wave * level for level in levels])


def loudness(sound: AudioData, begin: float, end: float) -> list[float]:
    part = sound.waveform[:, round(begin * sound.sample_rate) : round(end * sound.sample_rate)]
    return [float(level) for level in np.sqrt(2 * (part**2).mean(axis=1))]


def heard(path: Path, **options: Any) -> tuple[AudioData, list[str]]:
    told: list[str] = []
    sound = decode_audio(path, tell=told.append, **options)
    assert sound is not None
    return sound, told


@pytest.fixture
def surround(tmp_path: Path) -> Path:
    return with_sound(tmp_path / "c.mkv", "ac3", [("5.1", tones(0.4, 0.0, 0.4, 0.0, 0.0, 0.0))])


def test_more_than_two_channels_are_mixed_to_two(surround: Path) -> None:
    sound, told = heard(surround)
    left, right = loudness(sound, 0.5, 1.5)
    assert sound.waveform.shape[0] == 2 and told == []
    assert left > right > 0.05  # the centre is in both


def test_all_channels_are_given_where_they_are_asked_for(surround: Path) -> None:
    sound, _ = heard(surround, mixed=False)
    assert sound.waveform.shape[0] == 6
    assert loudness(sound, 0.5, 1.5) == pytest.approx([0.4, 0, 0.4, 0, 0, 0], abs=0.03)


def test_mono_stays_mono(tmp_path: Path) -> None:
    sound, _ = heard(with_sound(tmp_path / "c.mkv", "ac3", [("mono", tones(0.4))]))
    assert sound.waveform.shape[0] == 1


def test_sound_that_changes_its_layout_is_given_to_its_end(tmp_path: Path) -> None:
    parts = [("5.1", tones(0.4, 0, 0, 0, 0, 0, seconds=1)), ("stereo", tones(0.0, 0.4, seconds=1))]
    sound, _ = heard(with_sound(tmp_path / "c.mkv", "ac3", parts))
    assert sound.waveform.shape[1] == pytest.approx(2 * RATE, abs=2 * 1536)
    first, second = loudness(sound, 0.2, 0.8), loudness(sound, 1.2, 1.8)
    assert first[0] > 0.1 > first[1] and second[1] > 0.1 > second[0]


def broken(source: Path, path: Path) -> Path:
    """Of the sound's packets those in the third quarter are noise."""
    with av.open(str(source)) as given, av.open(str(path), "w") as out:
        copies = {one.index: out.add_stream_from_template(one, opaque=True) for one in given.streams}
        packets: list[Any] = [packet for packet in given.demux() if packet.size]
        for packet in packets:
            made = packet
            if given.streams[packet.stream_index].type == "audio" and 1.0 <= float(packet.pts * packet.time_base) < 1.5:
                made = av.Packet(b"\x5a" * packet.size)
                made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
            made.stream = copies[packet.stream_index]
            out.mux(made)
    return path


@pytest.mark.parametrize("codec", ["ac3", "aac"])
def test_sound_that_breaks_is_given_without_what_is_broken(codec: str, tmp_path: Path) -> None:
    whole = with_sound(tmp_path / "whole.mkv", codec, [("stereo", tones(0.4, 0.4))])
    path = broken(whole, tmp_path / "broken.mkv")
    sound, told = heard(path)
    assert loudness(sound, 0.2, 0.9)[0] == pytest.approx(0.4, abs=0.03)
    assert loudness(sound, 1.1, 1.4)[0] < 0.05
    assert loudness(sound, 1.6, 1.9)[0] == pytest.approx(0.4, abs=0.03)
    assert len(told) == 1 and "cannot be decoded" in told[0]
    assert len(decode_frames(path).pixels) == 48


def without_decoder(source: Path, path: Path) -> Path:
    """The sound of an MP4 in a format that nobody knows, like the spatial sound of telephones."""
    data = source.read_bytes()
    path.write_bytes(data.replace(b"mp4a", b"zzzz").replace(b"esds", b"zzzz"))
    return path


def test_sound_without_a_decoder_is_left_out_and_said(tmp_path: Path) -> None:
    path = without_decoder(clips.write_video(tmp_path / "c.mp4", audio_seconds=2), tmp_path / "unknown.mp4")
    told: list[str] = []
    assert decode_audio(path, tell=told.append) is None
    assert told == ["The audio of the video is in a format that FFmpeg cannot decode; it is left out."]
    assert len(decode_frames(path).pixels) == 48


@pytest.mark.parametrize("start", [0.0, 0.5])
def test_a_video_is_fitted_whatever_its_sound_is(start: float, surround: Path, tmp_path: Path) -> None:
    limits = {"min_side": 32, "max_side": 512, "max_bytes": 1_000_000}
    unknown = without_decoder(clips.write_video(tmp_path / "c.mp4", audio_seconds=2), tmp_path / "unknown.mp4")
    damaged = broken(with_sound(tmp_path / "w.mkv", "ac3", [("stereo", tones(0.4, 0.4))]), tmp_path / "broken.mkv")
    for path, has_audio, amiss in ((surround, True, 0), (unknown, False, 1), (damaged, True, 1)):
        told: list[str] = []
        found = fit_video(path, tmp_path / "out.mp4", start=start, tell=told.append, **limits)  # type: ignore[arg-type]  # numbers
        assert (found.seconds, found.has_audio, len(told)) == (2.0 - start, has_audio, amiss)
    assert heard(tmp_path / "out.mp4")[0].waveform.shape[0] == 2
