"""Any clip becomes one that the provider takes, and nothing changes that need not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import clips
import numpy as np
import pytest
from apimart.flow.errors import Refused
from apimart.flow.media import content_of_video, decode_audio, decode_frames, fit_video, fitted_size, measure
from apimart.flow.model import Measure, Selection, Size

SMALL = {"min_side": 32, "max_side": 512, "max_bytes": 100_000_000}
NTSC = Fraction(30000, 1001)


def fit(source: Path, **more: object) -> tuple[Path, Measure]:
    out = source.with_name("fitted.mp4")
    return out, fit_video(source, out, **{**SMALL, **more})  # type: ignore[arg-type]  # options of fit_clip


def packets(path: Path, kind: str) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(**{kind: 0}) if packet.size]


def test_what_fits_is_copied_packet_by_packet(tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / "c.mp4", audio_seconds=1.99)
    out, found = fit(source)
    assert content_of_video(out) == content_of_video(source)
    assert found == measure(out)


def test_dropping_the_sound_copies_the_picture(tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / "c.mp4", audio_seconds=2)
    out, found = fit(source, keep_audio=False)
    assert not found.has_audio
    assert packets(out, "video") == packets(source, "video")


def test_sound_is_never_longer_than_the_picture(tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / "c.mp4", audio_seconds=10)
    out, found = fit(source)
    assert packets(out, "video") == packets(source, "video")
    assert found.audio_seconds == pytest.approx(2, abs=0.05)
    with av.open(str(out)) as container:
        assert container.duration is not None
        assert container.duration / 1e6 <= 2.0


@pytest.mark.slow
@pytest.mark.parametrize("rate", [Fraction(24000, 1001), 24, 25, NTSC, 30, 60])
@pytest.mark.parametrize("seconds", [1.0, 1.01, 1.5])
def test_a_trim_is_never_longer_than_asked_and_lacks_less_than_a_frame(
    rate: Fraction, seconds: float, tmp_path: Path
) -> None:
    source = clips.write_video(tmp_path / "c.mp4", frames=round(2.4 * rate), rate=rate, audio_seconds=2.4)
    _, found = fit(source, start=0.5, seconds=seconds)
    assert seconds - float(1 / Fraction(rate)) < found.seconds <= seconds
    assert found.rate == rate
    assert found.audio_seconds == pytest.approx(found.seconds, abs=0.03)


def test_a_trim_begins_with_the_frame_on_screen_then(tmp_path: Path) -> None:
    def paint(number: int) -> np.ndarray:
        return np.full((48, 64, 3), 4 * number, np.uint8)

    source = clips.write_video(tmp_path / "c.mp4", paint=paint)
    out, found = fit(source, start=0.5, seconds=1)
    assert (found.frames, found.seconds) == (24, 1.0)
    averages = decode_frames(out).pixels.mean(axis=(1, 2, 3)) * 255
    assert np.abs(averages - 4 * np.arange(12, 36)).max() < 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("c.mp4", "libx264", {"g": "48"}),
        ("one_key_frame.mp4", "libx264", {"g": "9999"}),
        ("c.mkv", "libx264", {"g": "24", "bf": "4"}),
        ("c.ts", "libx264", {"g": "48"}),
        ("c.webm", "libvpx-vp9", {"g": "30"}),
        ("c.mov", "mpeg4", {"g": "12"}),
        ("c.avi", "mpeg4", {"g": "12"}),
        ("c.m2ts", "libx264", {"g": "48"}),
        ("c.mpg", "mpeg1video", {"g": "12"}),
    ],
)
def test_a_late_trim_is_that_part_of_the_clip(name: str, codec: str, options: dict[str, str], tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / name, frames=240, codec=codec, options=options)
    out, _ = fit(source, start=7.3, seconds=1)
    expected = decode_frames(source).pixels[175:199]
    assert np.abs(decode_frames(out).pixels - expected).mean() < 0.02


def test_trimmed_sound_is_that_part_of_the_sound(tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / "c.mkv", audio_seconds=2, sound_codec="pcm_s16le")
    out, _ = fit(source, start=0.5, seconds=1)
    sound = decode_audio(out)
    assert sound is not None
    assert sound.waveform.shape[1] == pytest.approx(44100, abs=1100)
    wave = np.sin(np.arange(22050, 66150) * (2 * np.pi * 440 / 44100)) * 0.4
    assert np.corrcoef(sound.waveform[0, 4410:39690], wave[4410:39690])[0, 1] > 0.99


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("c.webm", "libvpx-vp9", "yuv420p"),
        ("c.mkv", "libx265", "yuv420p10le"),
        ("c.mov", "prores_ks", "yuv422p10le"),
        ("c.avi", "mpeg4", "yuv420p"),
        ("c.mp4", "libx264", "yuv444p"),
        ("c.mkv", "ffv1", "bgr0"),
    ],
)
def test_any_codec_becomes_h264_with_the_same_pictures(name: str, codec: str, pix_fmt: str, tmp_path: Path) -> None:
    def paint(number: int) -> np.ndarray:
        return np.full((48, 64, 3), (200, 2 * number, 60), np.uint8)

    source = clips.write_video(tmp_path / name, codec=codec, pix_fmt=pix_fmt, paint=paint)
    out, found = fit(source)
    assert (found.codec, found.seconds, found.frames, found.size) == ("h264", 2.0, 48, Size(64, 48))
    with av.open(str(out)) as container:
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
    assert np.abs(decode_frames(out).pixels - decode_frames(source).pixels).max() * 255 < 8


@pytest.mark.parametrize("matrix", [1, 6, 9])
@pytest.mark.parametrize("color_range", [clips.LIMITED, clips.FULL])
def test_colours_stay_what_they_are(matrix: int, color_range: int, tmp_path: Path) -> None:
    planes = [np.full((48, 64), code, np.uint8) for code in (120, 90, 180)]
    source = clips.write_planes(tmp_path / "c.mkv", [planes] * 12, colorspace=matrix, color_range=color_range)
    out, _ = fit(source)
    assert np.abs(decode_frames(out).pixels - decode_frames(source).pixels).max() * 255 < 4


def test_a_variable_rate_that_is_fit_is_left_alone(tmp_path: Path) -> None:
    source = clips.variable_rate(tmp_path / "c.mp4", options={"bf": "0"})
    out, _ = fit(source)
    assert content_of_video(out) == content_of_video(source)


def test_a_variable_rate_becomes_constant_and_as_long(tmp_path: Path) -> None:
    source = clips.variable_rate(tmp_path / "c.webm", codec="libvpx")
    _, found = fit(source)
    assert found.rate == 24
    assert found.seconds == pytest.approx(measure(source).seconds, abs=1 / 24)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le"])
def test_rotation_becomes_upright_pictures(pix_fmt: str, tmp_path: Path) -> None:
    upright = clips.write_video(tmp_path / "upright.mp4", paint=lambda _: clips.painted(64, 48)(3), pix_fmt=pix_fmt)
    turned = clips.rotated(upright, tmp_path / "turned.mp4")
    out, found = fit(turned)
    assert found.size == Size(48, 64)
    with av.open(str(out)) as container:
        assert next(container.decode(video=0)).rotation == 0
    assert np.abs(decode_frames(out).pixels - decode_frames(turned).pixels).mean() * 255 < 8


def test_an_edit_list_is_applied(tmp_path: Path) -> None:
    whole = clips.write_video(tmp_path / "whole.mov", frames=240)
    source = clips.edited(whole, tmp_path / "edited.mov", start=2.0, seconds=5.0)
    out, found = fit(source)
    assert found.seconds == 5.0
    assert len(packets(out, "video")) == 120


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (Size(1280, 720), Size(1280, 720)),
        (Size(320, 180), Size(604, 340)),
        (Size(180, 320), Size(340, 604)),
        (Size(7680, 4320), Size(3850, 2166)),
        (Size(641, 361), Size(640, 360)),
        (Size(3850, 340), Size(3850, 340)),
        (Size(340, 340), Size(340, 340)),
        (Size(63, 47), Size(456, 340)),
    ],
)
def test_sides_come_within_the_limits_and_even(size: Size, expected: Size) -> None:
    assert fitted_size(size, 340, 3850) == expected


def test_a_shape_that_is_too_long_is_refused() -> None:
    with pytest.raises(Refused, match="Aspect ratio too extreme"):
        fitted_size(Size(4000, 300), 340, 3850)


def test_a_small_clip_is_enlarged(tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / "c.mp4", frames=12)
    found = fit_video(source, tmp_path / "out.mp4", min_side=340, max_side=3850, max_bytes=100_000_000)
    assert found.size == Size(454, 340)


def test_weight_is_kept(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    source = clips.write_video(
        tmp_path / "c.mkv", codec="ffv1", pix_fmt="bgr0", paint=lambda _: random.integers(0, 256, (48, 64, 3), np.uint8)
    )
    _, found = fit(source, max_bytes=40_000)
    assert found.bytes <= 40_000
    assert found.seconds == 2.0


def test_what_cannot_be_that_light_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / "c.mp4")
    with pytest.raises(Refused, match="do not fit into"):
        fit(source, max_bytes=900)
    assert [one.name for one in tmp_path.iterdir()] == ["c.mp4"]


@pytest.mark.parametrize(("start", "seconds"), [(2.0, None), (5.0, 1.0), (0.0, 0.01)])
def test_an_empty_trim_is_refused(start: float, seconds: float | None, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no whole frame is left"):
        fit(clips.write_video(tmp_path / "c.mp4"), start=start, seconds=seconds)


def test_a_clip_cut_off_is_refused(tmp_path: Path) -> None:
    whole = clips.index_in_front(tmp_path / "whole.mp4", frames=96)
    with pytest.raises(Refused, match="is truncated"):
        fit(clips.cut_off(whole, tmp_path / "cut.mp4"))


def shape_of_the_disc(path: Path) -> float:
    """Width by height of the white disc that `disc` paints."""
    seen = decode_frames(path, Selection(frame_load_cap=1)).pixels[0, :, :, 1] > 0.5
    return float(seen.any(axis=0).sum() / seen.any(axis=1).sum())


def disc(width: int, height: int, pixel_aspect: Fraction) -> clips.Painter:
    """A disc that is round when the pixels are as wide as they are to be shown."""
    rows, columns = np.mgrid[0:height, 0:width]
    across = (columns - width / 2) * float(pixel_aspect)
    level = np.where(np.hypot(across, rows - height / 2) < height / 3, 255, 0).astype(np.uint8)
    return lambda _: np.dstack([level] * 3)


@pytest.mark.parametrize(("pixel_aspect", "shown"), [(Fraction(4, 3), Size(128, 72)), (Fraction(1, 2), Size(48, 72))])
@pytest.mark.parametrize("is_turned", [False, True])
def test_anamorphic_pictures_keep_the_shape_in_which_they_are_shown(
    pixel_aspect: Fraction, shown: Size, is_turned: bool, tmp_path: Path
) -> None:
    paint = disc(96, 72, pixel_aspect)
    source = clips.write_video(tmp_path / "c.mp4", width=96, height=72, paint=paint, pixel_aspect=pixel_aspect)
    if is_turned:
        source, shown = clips.rotated(source, tmp_path / "turned.mp4"), Size(shown.height, shown.width)
    out, found = fit(source)
    assert measure(source).size == shown == found.size == measure(out).size
    assert shape_of_the_disc(source) == pytest.approx(1, abs=0.08)
    assert shape_of_the_disc(out) == pytest.approx(1, abs=0.08)
    with av.open(str(out)) as container:
        assert container.streams.video[0].sample_aspect_ratio in (None, 0, 1)


def test_the_limits_are_those_of_the_size_displayed(tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / "c.mp4", width=96, height=72, pixel_aspect=Fraction(4, 3), frames=6)
    assert fit(source, max_side=96)[1].size == Size(96, 54)


def test_an_aspect_that_an_encoder_rounded_leaves_the_pictures_alone(tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / "c.mp4", pixel_aspect=Fraction(4096, 4095))
    out, _ = fit(source)
    assert packets(out, "video") == packets(source, "video")


@pytest.mark.parametrize(("rate", "reduced"), [(120, 60), (240, 60), (100, 50), (Fraction(120000, 1001), 2 * NTSC)])
def test_more_frames_a_second_than_are_taken_are_reduced_evenly(
    rate: Fraction, reduced: Fraction, tmp_path: Path
) -> None:
    def paint(number: int) -> np.ndarray:
        return np.full((48, 64, 3), number % 60 * 4, np.uint8)

    source = clips.write_video(tmp_path / "c.mp4", frames=60, rate=rate, paint=paint, audio_seconds=0.4)
    told: list[str] = []
    out, found = fit(source, max_rate=60, tell=told.append)
    step = round(rate / reduced)
    assert (found.rate, found.frames) == (reduced, 60 / step)
    assert found.seconds == pytest.approx(measure(source).seconds)
    assert np.abs(decode_frames(out).pixels - decode_frames(source).pixels[::step]).max() < 0.03
    assert len(told) == 1 and "reduced to" in told[0]


def test_a_rate_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / "c.mp4", rate=60)
    out, _ = fit(source, max_rate=60)
    assert packets(out, "video") == packets(source, "video")


def combing(pixels: np.ndarray) -> float:
    """How much more neighbouring lines differ than the next but one do; near 0 in a whole picture."""
    near, next_but_one = np.abs(np.diff(pixels, axis=1)), np.abs(pixels[:, 2:] - pixels[:, :-2])
    return float(near.mean() - next_but_one.mean() / 2)


def moving_bar(number: int) -> np.ndarray:
    """Two fields of a bar that moves 6 pixels between them."""
    levels = np.full((72, 96, 3), 40, np.uint8)
    for field in (0, 1):
        left = 10 + 6 * (2 * number % 10 + field)
        levels[field::2, left : left + 16] = 220
    return levels


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("c.mp4", "libx264", {"x264-params": "tff=1"}),
        ("c.ts", "mpeg2video", {"flags": "+ilme+ildct", "b": "4000000"}),
    ],
)
def test_interlaced_pictures_are_made_whole(name: str, codec: str, options: dict[str, str], tmp_path: Path) -> None:
    size = {"width": 96, "height": 72, "rate": 25, "frames": 24}
    source = clips.write_video(tmp_path / name, codec=codec, paint=moving_bar, options=options, **size)  # type: ignore[arg-type]  # numbers
    told: list[str] = []
    out, found = fit(source, tell=told.append)
    assert (found.frames, found.rate, found.codec) == (24, 25, "h264")
    before, after = combing(decode_frames(source).pixels), combing(decode_frames(out).pixels)
    assert after < before / 5
    assert told == ["The video is interlaced; it was deinterlaced."]
    with av.open(str(out)) as container:
        assert not next(container.decode(video=0)).interlaced_frame
