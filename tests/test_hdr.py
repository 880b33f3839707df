"""HDR from telephones and cameras comes out as SDR that looks like it, never washed out."""

from __future__ import annotations

from pathlib import Path

import av
import clips
import numpy as np
import pytest
from apimart.flow.media import decode_frames, fit_video
from apimart.flow.model import Selection
from test_decode import encode

pytestmark = pytest.mark.slow

HLG, PQ, BT2020 = 18, 16, 9
RED_OF_BT709 = (0.6274, 0.0691, 0.0164)  # in light of BT.2020 primaries (BT.2087)

# By BT.2100, with 203 nits as diffuse white (BT.2408) and the display curve of sRGB.
GREYS = {
    HLG: [(0.0, 0.0), (0.25, 0.241), (0.5, 0.537), (0.75, 0.887), (1.0, 1.0)],
    PQ: [(0.0, 0.0), (0.3, 0.241), (0.5081, 0.731), (0.5807, 0.887), (0.7518, 1.0), (1.0, 1.0)],
}


def pq_of(nits: np.ndarray) -> np.ndarray:
    """SMPTE ST 2084, the inverse of what the pack computes."""
    power = (nits / 10000) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hdr_video(path: Path, signal: np.ndarray, transfer: int, frames: int = 3) -> Path:
    """A video of RGB signals [H, W, 3], as telephones write it: 10-bit 4:2:0 HEVC."""
    planes = encode(signal, "bt2020", False, 10)
    stored = [planes[0], *(plane[::2, ::2] for plane in planes[1:])]
    told = {"x265-params": "log-level=none:lossless=1"}
    return clips.write_planes(
        path,
        [stored] * frames,
        pix_fmt="yuv420p10le",
        codec="libx265",
        colorspace=BT2020,
        color_range=clips.LIMITED,
        transfer=transfer,
        options=told,
    )


def flat(*rgb: float) -> np.ndarray:
    return np.full((48, 64, 3), rgb)


def fitted(source: Path) -> tuple[Path, list[str]]:
    out, told = source.with_name("fitted.mp4"), list[str]()
    fit_video(source, out, min_side=32, max_side=512, max_bytes=1_000_000, tell=told.append)
    return out, told


@pytest.mark.parametrize("name", ["c.mp4", "c.mov", "c.mkv"])
@pytest.mark.parametrize("transfer", [HLG, PQ])
def test_greys_of_hdr_are_as_bright_as_they_are_to_look(transfer: int, name: str, tmp_path: Path) -> None:
    for signal, expected in GREYS[transfer]:
        source = hdr_video(tmp_path / name, flat(signal, signal, signal), transfer)
        assert decode_frames(source).pixels == pytest.approx(expected, abs=0.008)
        assert decode_frames(fitted(source)[0]).pixels == pytest.approx(expected, abs=0.012)


def test_colours_of_hdr_keep_their_hue_in_the_smaller_gamut(tmp_path: Path) -> None:
    source = hdr_video(tmp_path / "c.mp4", flat(*pq_of(np.array(RED_OF_BT709) * 80)), PQ)
    for path in (source, fitted(source)[0]):
        red, green, blue = decode_frames(path).pixels.mean(axis=(0, 1, 2))
        assert red == pytest.approx(0.663, abs=0.02)
        assert max(green, blue) < 0.1


def test_a_fitted_hdr_video_is_tagged_as_sdr_and_said_to_be_made_so(tmp_path: Path) -> None:
    out, told = fitted(hdr_video(tmp_path / "c.mp4", flat(0.5, 0.4, 0.3), HLG))
    assert told == ["The HDR of the video (HLG) was tone-mapped to SDR (BT.709)."]
    with av.open(str(out)) as container:
        coder = container.streams.video[0].codec_context
        assert (coder.color_trc, coder.color_primaries, coder.colorspace) == (1, 1, 1)


def test_sdr_is_left_alone_and_nothing_is_said(tmp_path: Path) -> None:
    assert fitted(clips.write_video(tmp_path / "c.webm", codec="libvpx", frames=4))[1] == []


def test_reduced_and_turned_frames_are_tone_mapped_too(tmp_path: Path) -> None:
    source = clips.rotated(hdr_video(tmp_path / "up.mp4", flat(0.75, 0.75, 0.75), HLG), tmp_path / "turned.mp4")
    for selection in (Selection(), Selection(max_side=32)):
        assert decode_frames(source, selection).pixels == pytest.approx(0.887, abs=0.01)
