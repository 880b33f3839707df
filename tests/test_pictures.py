"""Pictures become the smallest faithful file that the model takes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import clips
import numpy as np
import pytest
from apimart.flow.errors import Refused
from apimart.flow.media import contact_sheet, encode_image, image_of, write_thumbnail
from apimart.flow.model import ImageData, Size
from PIL import Image

ALL = ("png", "jpeg", "webp")


def gradient(height: int = 120, width: int = 160) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.dstack([columns % 256, rows % 256, (rows + columns) // 2 % 256]).astype(np.uint8)


def noise(side: int = 256) -> ImageData:
    return ImageData(np.random.default_rng(7).integers(0, 256, (side, side, 3), dtype=np.uint8))


def read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def test_every_level_survives_the_way_through_floats() -> None:
    levels = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(16, 16, 3)
    assert np.array_equal(image_of(levels.astype(np.float32) / np.float32(255)).levels, levels)
    assert np.array_equal(image_of(levels).levels, levels)


def test_values_are_rounded_and_clipped() -> None:
    values = np.array([[[-0.5, 0.4999 / 255, 0.5001 / 255], [1.5, 254.4 / 255, 254.6 / 255]]], np.float32)
    assert image_of(values).levels.tolist() == [[[0, 0, 1], [255, 254, 255]]]


def test_grey_becomes_rgb() -> None:
    assert np.array_equal(image_of(np.full((2, 3, 1), 0.2, np.float32)).levels, np.full((2, 3, 3), 51, np.uint8))


def test_alpha_is_flattened_over_black() -> None:
    rgba = np.array([[[1, 0.5, 0, 1], [1, 0.5, 0, 0.5], [1, 0.5, 0, 0]]], np.float32)
    expected = [[[255, 128, 0], [128, 64, 0], [0, 0, 0]]]
    assert image_of(rgba).levels.tolist() == expected
    assert np.abs(image_of(np.round(rgba * 255).astype(np.uint8)).levels.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("shape", [(4, 4), (1, 4, 4, 3), (4, 4, 2), (0, 4, 3)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(Refused, match="cannot be sent"):
        image_of(np.zeros(shape, np.float32))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(value: float) -> None:
    with pytest.raises(Refused, match="not numbers"):
        image_of(np.full((2, 2, 3), value, np.float32))


def test_a_picture_that_fits_is_sent_exactly(tmp_path: Path) -> None:
    still = ImageData(gradient())
    file = encode_image(still, ALL, 1_000_000, tmp_path / "new folder")
    assert (file.mime, file.path.suffix, file.bytes) == ("image/png", ".png", file.path.stat().st_size)
    assert file.content == hashlib.sha256(file.path.read_bytes()).hexdigest()
    assert np.array_equal(read(file.path), still.levels)
    assert [one.name for one in (tmp_path / "new folder").iterdir()] == [file.path.name]


def test_lossless_webp_is_tried_before_loss(tmp_path: Path) -> None:
    still = ImageData(gradient())
    png = encode_image(still, ("png",), 1_000_000, tmp_path)
    webp = encode_image(still, ALL, png.bytes - 1, tmp_path)
    assert webp.mime == "image/webp"
    assert np.array_equal(read(webp.path), still.levels)


@pytest.mark.parametrize(
    ("formats", "mime"), [(ALL, "image/jpeg"), (("png", "jpg"), "image/jpeg"), (("webp",), "image/webp")]
)
def test_what_does_not_fit_loses_as_little_as_it_must(formats: tuple[str, ...], mime: str, tmp_path: Path) -> None:
    still = noise()
    file = encode_image(still, formats, 140_000, tmp_path)
    assert file.mime == mime
    assert file.bytes <= 140_000
    larger = encode_image(still, formats, 160_000, tmp_path)
    assert larger.bytes >= file.bytes


def test_a_format_that_the_model_does_not_take_is_not_used(tmp_path: Path) -> None:
    assert encode_image(ImageData(gradient()), ("jpeg",), 1_000_000, tmp_path).mime == "image/jpeg"


def test_what_cannot_fit_is_refused_with_the_numbers(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"256x256 is 0\.1 MB at best; at most 0\.0 MB as png, jpeg, webp") as refused:
        encode_image(noise(), ALL, 2_000, tmp_path)
    assert refused.value.next_step
    assert not list(tmp_path.iterdir())


def test_a_thumbnail_is_the_first_frame_made_small(tmp_path: Path) -> None:
    clip = clips.write_video(tmp_path / "c.mp4", paint=lambda number: np.full((48, 64, 3), 200 - number, np.uint8))
    assert write_thumbnail(clip, tmp_path / "c.jpg", 32) == Size(32, 24)
    assert np.abs(read(tmp_path / "c.jpg").astype(int) - 200).max() <= 3


def test_a_contact_sheet_shows_frames_from_all_over_the_clip(tmp_path: Path) -> None:
    clip = clips.write_video(tmp_path / "c.mp4", paint=lambda number: np.full((48, 64, 3), 5 * number, np.uint8))
    size = contact_sheet(clip, tmp_path / "sheet.jpg", count=6, columns=3, max_side=64)
    assert size == Size(3 * 68 + 4, 2 * 52 + 4)
    sheet = read(tmp_path / "sheet.jpg").astype(int)
    middles = [int(sheet[4 + 24 + row * 52, 4 + 32 + column * 68, 0]) for row in (0, 1) for column in (0, 1, 2)]
    assert np.abs(np.array(middles) - [0, 40, 80, 120, 160, 200]).max() <= 4
