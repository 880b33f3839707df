"""Frames come out exact, right in colour, and only as many as were asked for."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path

import clips
import numpy as np
import pytest
from apimart.flow.errors import Refused, Unfinished, Unreadable
from apimart.flow.media import decode, decode_audio, decode_frames, has_audio, plan, timeline
from apimart.flow.model import Selection, Size

WEIGHTS = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}
TAGS = {"bt601": 6, "bt709": 1, "bt2020": 9, "untagged": 2}
CORNERS = [(r, g, b) for r in (0, 255) for g in (0, 255) for b in (0, 255)]


# A reference decoder, written from the definitions in ITU-R BT.601, BT.709 and BT.2020.


def scales(is_full: bool, bits: int) -> tuple[float, float, float, float]:
    """Black, the width of luma, the middle and the width of chroma, in codes."""
    step, top = 2.0 ** (bits - 8), 2.0**bits - 1
    return (0, top, 128 * step, top) if is_full else (16 * step, 219 * step, 128 * step, 224 * step)


def encode(rgb: np.ndarray, matrix: str, is_full: bool, bits: int) -> list[np.ndarray]:
    """Y, U and V codes of `rgb` in 0..1."""
    red, blue = WEIGHTS[matrix]
    luma = rgb @ np.array([red, 1 - red - blue, blue])
    chroma = [(rgb[..., 2] - luma) / (2 - 2 * blue), (rgb[..., 0] - luma) / (2 - 2 * red)]
    black, width, middle, spread = scales(is_full, bits)
    codes = [black + luma * width, *(middle + part * spread for part in chroma)]
    return [np.clip(np.round(one), 0, 2**bits - 1).astype("<u2" if bits > 8 else np.uint8) for one in codes]


def reference(planes: list[np.ndarray], matrix: str, is_full: bool, bits: int) -> np.ndarray:
    red, blue = WEIGHTS[matrix]
    black, width, middle, spread = scales(is_full, bits)
    luma = (planes[0] - black) / width
    u, v = ((plane - middle) / spread for plane in planes[1:])
    r, b = luma + (2 - 2 * red) * v, luma + (2 - 2 * blue) * u
    green = (luma - red * r - blue * b) / (1 - red - blue)
    return np.clip(np.dstack([r, green, b]), 0, 1)


def chart() -> np.ndarray:
    """Every level of grey, and ramps from black over each primary and mixture to white, as patches of 4x4."""
    grey = np.repeat(np.arange(256)[:, None], 3, axis=1)
    ramps = [np.array(corner) * level // 255 for corner in CORNERS for level in range(0, 256, 17)]
    tints = [255 - np.array(corner) * level // 255 for corner in CORNERS for level in range(0, 256, 17)]
    patches = np.concatenate([grey, ramps, tints]).reshape(16, -1, 3)
    return np.repeat(np.repeat(patches, 4, axis=0), 4, axis=1) / 255


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("matrix", ["bt601", "bt709", "bt2020", "untagged"])
@pytest.mark.parametrize("sampling", ["420", "444"])
def test_colours_are_right_in_every_range(matrix: str, is_full: bool, bits: int, sampling: str, tmp_path: Path) -> None:
    used = "bt601" if matrix == "untagged" else matrix
    planes = encode(chart(), used, is_full, bits)
    stored = [planes[0], *(plane[::2, ::2] for plane in planes[1:])] if sampling == "420" else planes
    path = clips.write_planes(
        tmp_path / "chart.mkv",
        [stored, stored],
        pix_fmt=f"yuv{sampling}p" + ("10le" if bits == 10 else ""),
        colorspace=TAGS[matrix],
        color_range=clips.FULL if is_full else clips.LIMITED,
    )
    inner = np.add.outer(np.arange(1, 64, 4), [0, 1]).ravel()
    columns = np.add.outer(np.arange(1, chart().shape[1], 4), [0, 1]).ravel()
    expected = reference(planes, used, is_full, bits)[np.ix_(inner, columns)]
    for pixels in decode_frames(path).pixels:
        assert np.abs(pixels[np.ix_(inner, columns)] - expected).max() * 255 <= 3


def test_an_untagged_clip_counts_as_limited_bt601(tmp_path: Path) -> None:
    planes = encode(chart(), "bt601", False, 8)
    path = clips.write_planes(tmp_path / "chart.mkv", [planes])
    assert np.abs(decode_frames(path).pixels[0] - reference(planes, "bt601", False, 8)).max() * 255 <= 3


def test_tags_in_an_mp4_are_followed(tmp_path: Path) -> None:
    planes = encode(chart(), "bt709", True, 8)
    path = clips.write_planes(
        tmp_path / "c.mp4", [planes], codec="libx264", colorspace=1, color_range=clips.FULL, options={"qp": "0"}
    )
    assert np.abs(decode_frames(path).pixels[0] - reference(planes, "bt709", True, 8)).max() * 255 <= 3


def test_levels_are_divided_exactly(tmp_path: Path) -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    path = clips.write_video(
        tmp_path / "c.mkv",
        frames=1,
        width=16,
        height=16,
        codec="ffv1",
        pix_fmt="bgr0",
        paint=lambda _: np.dstack([levels] * 3),
    )
    expected = np.dstack([levels] * 3).astype(np.float32) / np.float32(255)
    assert np.array_equal(decode_frames(path).pixels[0], expected)


@pytest.mark.parametrize(("is_full", "distinct"), [(False, 877), (True, 1024)])
def test_ten_bits_stay_ten_bits(is_full: bool, distinct: int, tmp_path: Path) -> None:
    codes = np.tile(np.arange(1024, dtype="<u2").reshape(32, 32), (1, 2))
    planes = [codes, np.full_like(codes, 512), np.full_like(codes, 512)]
    tag = clips.FULL if is_full else clips.LIMITED
    path = clips.write_planes(tmp_path / "c.mkv", [planes], pix_fmt="yuv444p10le", colorspace=1, color_range=tag)
    pixels = decode_frames(path).pixels[0]
    assert len(np.unique(pixels)) >= distinct
    assert np.abs(pixels - reference(planes, "bt709", is_full, 10)).max() < 0.5 / 1023
    assert (pixels.min(), pixels.max()) == (0, 1)


def own_frames(path: Path) -> np.ndarray:
    """Frame by frame with PyAV, the colours told as the frame tells them."""
    told = {"src_colorspace": 5, "dst_colorspace": 1, "src_color_range": 1, "dst_color_range": 2}
    found = [frame.reformat(format="rgb24", **told).to_ndarray() for frame in clips.decoded(path)]
    return np.stack(found).astype(np.float32) / np.float32(255)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libvpx-vp9", "mpeg4"])
@pytest.mark.parametrize("size", [(64, 48), (62, 34), (130, 50)])
def test_every_frame_is_the_one_that_pyav_decodes(codec: str, size: tuple[int, int], tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / "c.mkv", width=size[0], height=size[1], codec=codec)
    frames = decode_frames(path)
    assert np.array_equal(frames.pixels, own_frames(path))
    assert frames.pixels.dtype == np.float32 and frames.pixels.flags.c_contiguous
    assert frames.fps == 24


def test_odd_sizes_come_out_as_they_are_and_the_same_every_time(tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / "c.mkv", width=63, height=47, codec="ffv1")
    first = decode_frames(path).pixels
    assert first.shape == (48, 47, 63, 3)
    assert all(np.array_equal(first, decode_frames(path).pixels) for _ in range(4))


def test_rotation_is_applied(tmp_path: Path) -> None:
    upright = clips.write_video(tmp_path / "upright.mp4")
    turned = clips.rotated(upright, tmp_path / "turned.mp4")
    expected = np.rot90(decode_frames(upright).pixels, k=-1, axes=(1, 2))
    assert np.array_equal(decode_frames(turned).pixels, expected)
    assert plan(turned).size == Size(48, 64)


@pytest.mark.parametrize("skip", [0, 1, 7, 47])
@pytest.mark.parametrize("cap", [0, 1, 5, 500])
@pytest.mark.parametrize("nth", [1, 2, 5])
def test_a_selection_is_a_slice_of_all_frames(skip: int, cap: int, nth: int, tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / "c.mp4", width=32, height=16, rate=30)
    expected = own_frames(path)[skip::nth][: cap or None]
    selection = Selection(skip_first_frames=skip, frame_load_cap=cap, select_every_nth=nth)
    frames = decode_frames(path, selection)
    assert np.array_equal(frames.pixels, expected)
    assert frames.fps == Fraction(30, nth)
    planned = plan(path, selection)
    assert (planned.count, planned.bytes) == (len(expected), expected.nbytes)


@pytest.mark.parametrize(("turned", "size"), [(False, Size(30, 22)), (True, Size(22, 30))])
def test_reduced_frames_are_the_frames_averaged(turned: bool, size: Size, tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / "c.mp4", paint=lambda _: np.full((48, 64, 3), (200, 100, 50), np.uint8))
    if turned:
        path = clips.rotated(path, tmp_path / "turned.mp4")
    frames = decode_frames(path, Selection(max_side=30, select_every_nth=10))
    assert frames.pixels.shape == (5, size.height, size.width, 3)
    assert np.abs(frames.pixels * 255 - (200, 100, 50)).max() <= 4


def test_frames_are_never_enlarged(tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / "c.mp4")
    assert decode_frames(path, Selection(max_side=4096)).pixels.shape == (48, 48, 64, 3)


@pytest.mark.slow
def test_variable_rate_edit_lists_and_missing_counts_give_the_frames_really_shown(tmp_path: Path) -> None:
    variable = clips.variable_rate(tmp_path / "variable.webm", codec="libvpx")
    live = clips.without_duration(tmp_path / "live.webm")
    whole = clips.write_video(tmp_path / "whole.mov", frames=240)
    edited = clips.edited(whole, tmp_path / "edited.mov", start=2.0, seconds=5.08)
    intra = clips.write_video(tmp_path / "intra.mov", frames=240, codec="mjpeg", pix_fmt="yuvj420p")
    cut = clips.edited(intra, tmp_path / "cut.mov", start=2.0, seconds=5.08)
    for path in (variable, live, edited, cut, clips.fragmented(tmp_path / "fragmented.mp4")):
        assert np.array_equal(decode_frames(path).pixels, own_frames(path))


def test_the_array_grows_where_packets_promise_too_few_frames(tmp_path: Path) -> None:
    """No encoder here puts two frames in a packet, so this asks what decode_frames asks."""
    path = clips.write_video(tmp_path / "c.mkv", frames=60)
    size, pixels = Size(64, 48), np.empty((2, 48, 64, 3), np.float32)
    count = decode._convert(iter(clips.decoded(path)), pixels, size)
    assert np.array_equal(pixels[:count], own_frames(path))


def test_too_little_memory_is_refused_with_the_sum_and_the_way_out(tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / "c.mp4", width=320, height=240)
    needed = plan(path).bytes
    assert needed == 48 * 320 * 240 * 12
    with pytest.raises(Refused, match=r"48 frames of 320x240 .* 0\.04 GB.*APIMart Video Frames.*max_side"):
        decode_frames(path, free_bytes=needed - 1)
    assert len(decode_frames(path, free_bytes=needed).pixels) == 48
    assert len(decode_frames(path, Selection(select_every_nth=4), free_bytes=needed // 4).pixels) == 12


def test_a_selection_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="contains no frames"):
        decode_frames(clips.write_video(tmp_path / "c.mp4"), Selection(skip_first_frames=48))


def cut(tmp_path: Path) -> Path:
    return clips.cut_off(clips.index_in_front(tmp_path / "whole.mp4", frames=192), tmp_path / "cut.mp4")


def test_a_file_cut_off_is_reported_with_what_is_good_in_it(tmp_path: Path) -> None:
    path = cut(tmp_path)
    with pytest.raises(Unreadable, match=r"truncated \(\d+ bytes are missing\): 1\d\d frames are intact"):
        decode_frames(path)
    assert np.array_equal(
        decode_frames(path, Selection(frame_load_cap=60)).pixels, own_frames(tmp_path / "whole.mp4")[:60]
    )


def test_a_webm_cut_off_is_reported(tmp_path: Path) -> None:
    whole = clips.write_video(tmp_path / "whole.webm", codec="libvpx", frames=96)
    with pytest.raises(Unreadable, match="is truncated"):
        decode_frames(clips.cut_off(whole, tmp_path / "cut.webm"))


def test_a_damaged_tail_is_reported(tmp_path: Path) -> None:
    path = clips.index_in_front(tmp_path / "c.mp4", frames=96)
    data = bytearray(path.read_bytes())
    start = int(len(data) * 0.7)
    data[start:] = bytes(byte ^ 0xA5 for byte in data[start:])
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=r"is damaged: \d+ frames are intact"):
        decode_frames(path)


def test_a_size_that_changes_midway_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "c.ts"
    parts = [
        clips.write_video(tmp_path / f"{width}.ts", frames=24, width=width, format="mpegts").read_bytes()
        for width in (64, 96)
    ]
    path.write_bytes(b"".join(parts))
    with pytest.raises(Unreadable, match=r"changes from 64x48 to 96x48 after 2\d frames"):
        decode_frames(path)


@pytest.mark.parametrize("content", [b"", b"<html>log in</html>"])
def test_what_is_no_clip_is_unreadable_and_kept(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c.mp4"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="Open the file manually") as error:
        decode_frames(path)
    assert "paid" not in str(error.value), "nobody knows here that it came from a job"
    assert path.exists()


def test_decoding_stops_when_the_person_stops_it_and_leaves_no_thread(tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / "c.mp4", frames=240)
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 3

    before = threading.active_count()
    with pytest.raises(Unfinished) as unfinished:
        decode_frames(path, stopped=stopped)
    assert unfinished.value.stopped
    assert threading.active_count() == before


def test_sound_is_decoded_alone_and_whole(tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / "c.mkv", audio_seconds=3, sound_codec="pcm_s16le")
    sound = decode_audio(path)
    assert sound is not None and has_audio(path)
    assert sound.waveform.dtype == np.float32 and sound.waveform.shape == (2, 3 * 44100)
    assert sound.sample_rate == 44100
    wave = np.sin(np.arange(3 * 44100) * (2 * np.pi * 440 / 44100)) * 0.4
    assert np.abs(sound.waveform - wave).max() < 1 / 16000


def test_aac_starts_with_the_picture(tmp_path: Path) -> None:
    sound = decode_audio(clips.write_video(tmp_path / "c.mp4", audio_seconds=2))
    assert sound is not None
    assert sound.waveform.shape[1] == pytest.approx(2 * 44100, abs=2048)
    wave = np.sin(np.arange(44100) * (2 * np.pi * 440 / 44100)) * 0.4
    assert np.corrcoef(sound.waveform[0, 4096:44100], wave[4096:44100])[0, 1] > 0.99


def test_a_silent_clip_has_no_sound(tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / "c.mp4")
    assert decode_audio(path) is None and not has_audio(path)


def open_gop(path: Path) -> Path:
    return clips.write_video(path, frames=240, options={"g": "24", "bf": "4", "x264-params": "open-gop=1"})


FILMS = {
    "closed.mp4": lambda path: clips.write_video(path, frames=240, options={"g": "24", "bf": "3"}),
    "open.mp4": open_gop,
    "open.mkv": open_gop,
    "one_key_frame.mp4": lambda path: clips.write_video(path, frames=240, options={"g": "9999"}),
    "hevc.mp4": lambda path: clips.write_video(path, frames=240, codec="libx265", options={"g": "24"}),
    "variable.mp4": lambda path: clips.variable_rate(path, options={"g": "12"}),
    "variable.mkv": lambda path: clips.variable_rate(path, options={"g": "12"}),
    "fragmented.mp4": lambda path: clips.fragmented(path, frames=240),
    "vp9.webm": lambda path: clips.write_video(path, frames=240, codec="libvpx-vp9", options={"g": "24"}),
    "old.avi": lambda path: clips.write_video(path, frames=240, codec="mpeg4", options={"g": "24"}),
    "broadcast.ts": lambda path: clips.write_video(path, frames=240, options={"g": "24"}),
    "edited.mov": lambda path: clips.edited(
        clips.write_video(path.with_name("whole.mov"), frames=240, options={"g": "24"}), path, start=2.0, seconds=5.08
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FILMS)
def test_frames_from_the_middle_and_the_end_are_those_of_the_whole_clip(name: str, tmp_path: Path) -> None:
    path = FILMS[name](tmp_path / name)
    whole = decode_frames(path)
    count = len(whole.pixels)
    for first, cap in ((0, 16), (1, 3), (23, 3), (47, 5), (count // 2, 2), (count - 25, 0), (count - 1, 1)):
        part = decode_frames(path, Selection(skip_first_frames=first, frame_load_cap=cap))
        assert np.array_equal(part.pixels, whole.pixels[first : first + cap if cap else None])
        if "variable" not in name:  # then it is what the container tells
            assert float(part.fps) == pytest.approx(float(whole.fps))
    for first in (count, count + 1000):
        with pytest.raises(Refused, match="contains no frames"):
            decode_frames(path, Selection(skip_first_frames=first))


class Reads:
    """How many bytes of a file were read, by the kernel's account of this process."""

    def __enter__(self) -> Reads:
        self._before = self._read()
        return self

    def __exit__(self, *_: object) -> None:
        self.bytes = self._read() - self._before

    @staticmethod
    def _read() -> int:
        return int(Path("/proc/self/io").read_text().split("rchar: ")[1].split()[0])


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="only Linux counts what a process reads")
@pytest.mark.parametrize("selection", [Selection(frame_load_cap=16), Selection(skip_first_frames=1199)])
def test_a_few_frames_of_a_long_film_are_not_a_reading_of_the_film(selection: Selection, tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    path = clips.index_in_front(
        tmp_path / "film.mp4",
        frames=1200,
        width=320,
        height=240,
        paint=lambda _: random.integers(0, 256, (240, 320, 3), np.uint8),
        options={"g": "24", "crf": "10"},
    )
    assert path.stat().st_size > 30_000_000
    with Reads() as reads:
        assert len(decode_frames(path, selection).pixels) in (1, 16)
    assert reads.bytes < path.stat().st_size / 8


def test_some_frames_are_decoded_however_long_reading_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clips.write_video(tmp_path / "c.mkv", frames=240, options={"g": "24"})
    monkeypatch.setattr(timeline.time, "monotonic", iter(range(0, 10**9, 60)).__next__)
    with pytest.raises(Unreadable, match="takes too long"):
        decode_frames(path)
    assert len(decode_frames(path, Selection(frame_load_cap=5)).pixels) == 5
    assert len(decode_frames(path, Selection(skip_first_frames=230)).pixels) == 10


def test_the_last_frame_that_does_not_decode_is_reported(tmp_path: Path) -> None:
    whole = clips.write_video(tmp_path / "whole.mp4", options={"g": "12"})
    path = clips.cut_in_the_last_frame(whole, tmp_path / "copy.mp4")
    for selection in (Selection(), Selection(skip_first_frames=40)):
        with pytest.raises(Unreadable):
            decode_frames(path, selection)
