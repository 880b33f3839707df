"""A clip is measured as decoding every frame would measure it, or it is refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import clips
import cv2
import numpy as np
import pytest
from apimart.flow.errors import Refused
from apimart.flow.media import decode_audio, measure, missing_bytes, rate_of, require_whole, seconds_of
from PIL import Image

NTSC_FILM, NTSC = Fraction(24000, 1001), Fraction(30000, 1001)


def shown(path: Path) -> tuple[int, float, float]:
    """Frames, seconds and mean seconds a frame, from decoding every frame."""
    times = sorted(float(frame.time) for frame in clips.decoded(path))
    mean = (times[-1] - times[0]) / (len(times) - 1)
    last = times[-1] - times[-2]
    return len(times), times[-1] - times[0] + last, mean


def edited(path: Path) -> Path:
    source = clips.write_video(path.with_name("whole.mov"), frames=240)
    return clips.edited(source, path, start=2.0, seconds=5.08)


def rotated(path: Path) -> Path:
    return clips.rotated(clips.write_video(path.with_name("upright.mp4")), path)


def lying(path: Path) -> Path:
    return clips.lying(clips.write_video(path.with_name("honest.mp4")), path)


def cut_webm(path: Path) -> Path:
    return clips.cut_off(clips.write_video(path.with_name("whole.webm"), codec="libvpx", frames=240), path)


KINDS: dict[str, Callable[[Path], Path]] = {
    "constant.mp4": clips.write_video,
    "constant.mkv": clips.write_video,
    "variable.mp4": lambda path: clips.variable_rate(path, options={"bf": "0"}),
    "variable.mkv": clips.variable_rate,
    "variable.webm": lambda path: clips.variable_rate(path, codec="libvpx"),
    "live.webm": lambda path: clips.without_duration(path, audio_seconds=2, sound_codec="libopus"),
    "vp9.webm": lambda path: clips.write_video(path, codec="libvpx-vp9"),
    "edited.mov": edited,
    "rotated.mp4": rotated,
    "fragmented.mp4": lambda path: clips.fragmented(path, audio_seconds=2),
    "lying.mp4": lying,
    "longer_sound.mp4": lambda path: clips.write_video(path, audio_seconds=10),
    "ten_bit.mp4": lambda path: clips.write_video(path, pix_fmt="yuv420p10le"),
    "odd.mkv": lambda path: clips.write_video(path, width=63, height=47, codec="ffv1"),
    "cut.webm": cut_webm,
    "old.avi": lambda path: clips.write_video(path, codec="mpeg4"),
    "late.avi": lambda path: clips.write_video(path, codec="mpeg4", options={"bf": "0"}, audio_seconds=2),
    "h264.avi": clips.write_video,
    "camera.m2ts": lambda path: clips.write_video(
        path, format="mpegts", container_options={"mpegts_m2ts_mode": "1"}, audio_seconds=2
    ),
    "dvd.mpg": lambda path: clips.write_video(
        path, format="vob", codec="mpeg2video", rate=25, audio_seconds=2, sound_codec="mp2"
    ),
    "old.mpg": lambda path: clips.write_video(path, format="mpeg", codec="mpeg1video", rate=25),
    "broadcast.ts": lambda path: clips.write_video(path, format="mpegts", audio_seconds=2),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_the_measure_is_what_decoding_every_frame_gives(name: str, tmp_path: Path) -> None:
    path = KINDS[name](tmp_path / name)
    frames, seconds, frame_seconds = shown(path)
    found = measure(path)
    assert found.frames == frames
    assert found.seconds == pytest.approx(seconds, abs=frame_seconds)
    assert found.bytes == path.stat().st_size


@pytest.mark.parametrize("rate", [24, Fraction(25, 2), NTSC])
@pytest.mark.parametrize("bf", ["0", "2"])
def test_the_rate_of_an_avi_is_that_of_its_header(rate: Fraction, bf: str, tmp_path: Path) -> None:
    found = measure(clips.write_video(tmp_path / "c.avi", codec="mpeg4", rate=rate, options={"bf": bf}))
    assert (found.rate, found.frames, found.seconds) == (rate, 48, float(48 / Fraction(rate)))


def webp(path: Path) -> None:
    pages = [Image.new("RGB", (40, 40), (number, 9, 9)) for number in range(9)]
    pages[0].save(path, format="WEBP", save_all=True, append_images=pages[1:])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["variable.webm", "edited.mov", "cut.webm", "longer_sound.mp4", "fragmented.mp4"])
def test_the_verdict_is_the_same_every_time(name: str, tmp_path: Path) -> None:
    path = KINDS[name](tmp_path / name)
    assert len({measure(path) for _ in range(5)}) == 1


@pytest.mark.parametrize("rate", [NTSC_FILM, Fraction(24), Fraction(25), NTSC, Fraction(30), Fraction(60)])
@pytest.mark.parametrize("seconds", [2.99, 3.0, 10.0, 10.04, 30.0, 30.1])
def test_the_limits_are_met_to_the_frame(rate: Fraction, seconds: float, tmp_path: Path) -> None:
    frames = round(seconds * rate)
    path = clips.write_still(tmp_path / "clip.mp4", frames=frames, rate=rate, width=32, height=16)
    found = measure(path)
    assert (found.seconds, found.frames, found.rate) == (float(frames / rate), frames, rate)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "webm"])
def test_three_seconds_are_three_seconds_in_every_container(suffix: str, tmp_path: Path) -> None:
    codec = "libvpx" if suffix == "webm" else "libx264"
    assert measure(clips.write_video(tmp_path / f"clip.{suffix}", frames=72, codec=codec)).seconds == 3.0


def test_three_seconds_stay_three_seconds_when_matroska_is_copied_into_mp4(tmp_path: Path) -> None:
    source = clips.write_video(tmp_path / "clip.mkv", frames=72, options={"bf": "0"})
    assert measure(clips.remuxed(source, tmp_path / "clip.mp4")).seconds == 3.0


def test_a_file_cut_off_counts_as_far_as_it_goes(tmp_path: Path) -> None:
    path = clips.cut_off(clips.index_in_front(tmp_path / "whole.mp4", frames=192), tmp_path / "cut.mp4")
    found = measure(path)
    with av.open(str(path)) as container:
        whole = [packet for packet in container.demux(video=0) if packet.size and not packet.is_corrupt]
    assert found.frames == len(whole) < 192
    assert found.seconds == pytest.approx(len(whole) / 24, abs=2 / 24)


def test_the_size_is_the_one_displayed(tmp_path: Path) -> None:
    size = measure(rotated(tmp_path / "rotated.mp4")).size
    assert (size.width, size.height) == (48, 64)


def test_a_title_in_another_encoding_does_not_matter(tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / "c.mp4", metadata={"title": "a title"})
    path.write_bytes(path.read_bytes().replace(b"a title", b"\xfc\xff title"))
    assert b"\xff title" in path.read_bytes()
    assert measure(path).frames == 48


def test_sound_is_measured_apart_from_the_picture(tmp_path: Path) -> None:
    found = measure(clips.write_video(tmp_path / "clip.mp4", audio_seconds=10))
    assert found.has_audio
    assert (found.seconds, found.audio_seconds) == (2.0, pytest.approx(10, abs=0.05))
    silent = measure(clips.write_video(tmp_path / "silent.mp4"))
    assert (silent.has_audio, silent.audio_seconds) == (False, 0.0)


def text(path: Path) -> None:
    path.write_text("this is a letter, not a clip\n" * 40)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def png(path: Path) -> None:
    path.write_bytes(cv2.imencode(".png", np.zeros((40, 40, 3), np.uint8))[1].tobytes())


def gif(path: Path) -> None:
    pages = [Image.new("RGB", (40, 40), (number, 9, 9)) for number in range(9)]
    pages[0].save(path, format="GIF", save_all=True, append_images=pages[1:])


def playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nother.ts\n#EXT-X-ENDLIST\n")


def without_index(path: Path) -> None:
    clips.cut_off(clips.write_video(path.with_name("whole.mp4"), frames=96), path)


def scrambled(path: Path) -> None:
    """The index is whole, and no frame that it names can be decoded."""
    whole = clips.write_video(path.with_name("whole.mp4"), container_options={"movflags": "faststart"}).read_bytes()
    frames = whole.index(b"mdat") + 4
    path.write_bytes(whole[:frames] + b"\x55" * (len(whole) - frames))


def sound_only(path: Path) -> None:
    clips.sound_only(path)


def garbled(path: Path) -> None:
    path.write_bytes(b"\x00\x00\x00\x0cftypisom" + b"\x00\x00\x04\x08free" + b"?" * 1024)


def directory(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (text, "not a video"),
        (empty, "empty file"),
        (png, "PNG image"),
        (gif, "GIF image"),
        (webp, "WebP image"),
        (playlist, "not a video"),
        (without_index, "is truncated"),
        (scrambled, "No frame of the video can be decoded"),
        (sound_only, "only audio"),
        (garbled, r"not a readable video \(Invalid data found when processing input\)"),
        (directory, "cannot be read"),
        (lambda path: None, "cannot be read"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_the_reason(
    make: Callable[[Path], None], reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    make(path)
    for _ in range(2):
        with pytest.raises(Refused, match=reason) as refused:
            measure(path)
        assert refused.value.next_step
        assert str(tmp_path) not in str(refused.value)


APPENDED = {
    "a block of a camera": b"\x12\x34\x56\x78" + b"maker notes" * 40,
    "a block that looks like a large box": b"\x7f\x00\x00\x00SEFT" + b"x" * 200,
    "a block of a messenger": b"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>" * 3,
    "zeros": bytes(4096),
    "less than a box": b"end",
}


@pytest.mark.parametrize("name", APPENDED)
def test_bytes_behind_the_last_box_do_not_make_a_whole_video_cut_off(name: str, tmp_path: Path) -> None:
    for more in ({}, {"container_options": {"movflags": "faststart"}}):
        path = clips.write_video(tmp_path / "c.mp4", **more)  # type: ignore[arg-type]  # options of write_video
        path.write_bytes(path.read_bytes() + APPENDED[name])
        assert missing_bytes(path) == 0
        assert measure(path).frames == 48
        require_whole(path)


@pytest.mark.parametrize("name", ["c.mp4", "c.mkv", "c.webm", "c.avi", "c.ts", "c.mov"])
def test_a_whole_video_is_whole_in_every_container(name: str, tmp_path: Path) -> None:
    codec = "libvpx-vp9" if name == "c.webm" else "libx264"
    require_whole(clips.write_video(tmp_path / name, codec=codec, frames=96, options={"g": "30"}))


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg4", "mjpeg"])
def test_a_cut_that_a_copy_has_hidden_is_found(codec: str, tmp_path: Path) -> None:
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    whole = clips.write_video(tmp_path / "whole.mp4", codec=codec, pix_fmt=pix_fmt, frames=48, options={"g": "12"})
    copy = clips.cut_in_the_last_frame(whole, tmp_path / "copy.mp4")
    assert missing_bytes(copy) == 0
    require_whole(whole)
    with pytest.raises(Refused, match="last frames"):
        require_whole(copy)


def test_a_file_cut_off_is_not_whole(tmp_path: Path) -> None:
    whole = clips.index_in_front(tmp_path / "whole.mp4", frames=96)
    with pytest.raises(Refused, match=r"truncated: \d+ bytes"):
        require_whole(clips.cut_off(whole, tmp_path / "cut.mp4"))


def unknown_codec(path: Path) -> Path:
    """A video in a codec that no library here decodes, with sound that all of them do."""
    whole = clips.write_video(path.with_name("known.mp4"), rate=NTSC, audio_seconds=1.6)
    path.write_bytes(whole.read_bytes().replace(b"avc1", b"zzzz").replace(b"avcC", b"zzzC"))
    return path


def test_the_rate_is_the_container_s_and_needs_no_decoder(tmp_path: Path) -> None:
    assert rate_of(clips.write_video(tmp_path / "c.mp4", rate=NTSC_FILM)) == NTSC_FILM
    path = unknown_codec(tmp_path / "unknown.mp4")
    with pytest.raises(Refused, match="no video track that can be decoded"):
        measure(path)
    assert rate_of(path) == NTSC
    assert seconds_of(path) == pytest.approx(48 / NTSC, abs=0.002)


def test_sound_needs_no_decoder_for_the_picture(tmp_path: Path) -> None:
    sound = decode_audio(unknown_codec(tmp_path / "unknown.mp4"))
    assert sound is not None and sound.seconds == pytest.approx(1.6, abs=0.05)


@pytest.mark.parametrize("name", ["c.mp4", "c.mkv", "c.webm"])
def test_av1_is_measured_where_one_library_has_its_decoder(name: str, tmp_path: Path) -> None:
    path = clips.write_video(tmp_path / name, codec="libsvtav1", frames=30, options={"preset": "12"})
    found = measure(path)
    assert (found.frames, found.rate, found.codec) == (30, 24, "av1")
    assert found.seconds == pytest.approx(1.25)


@pytest.mark.parametrize("name", ["c.mp4", "c.webm", "live.webm", "variable.mp4"])
def test_the_seconds_of_a_container_are_those_of_its_picture(name: str, tmp_path: Path) -> None:
    path = {"c.webm": KINDS["vp9.webm"], "c.mp4": KINDS["longer_sound.mp4"]}.get(name, KINDS.get(name))
    assert path is not None
    made = path(tmp_path / name)
    assert seconds_of(made) == pytest.approx(measure(made).seconds, abs=0.05)
