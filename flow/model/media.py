"""Images, videos and audio, and frames decoded from them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MEGABYTE = 1024 * 1024
VIDEO_HEADS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"\x1aE\xdf\xa3", b"RIFF")
AUDIO_HEADS = (b"RIFF", b"ID3", b"\xff\xfb", b"\xff\xf3", b"ftyp")


def begins_like(head: bytes, heads: tuple[bytes, ...]) -> bool:
    """Whether the first 64 bytes of a file contain one of the marks in `heads`."""
    return any(mark in head[:64] for mark in heads)


@dataclass(frozen=True)
class Size:
    """Pixels as displayed, rotation applied."""

    width: int
    height: int

    @property
    def shorter_side(self) -> int:
        return min(self.width, self.height)

    @property
    def ratio(self) -> float:
        """The aspect ratio: above 1 for landscape."""
        return self.width / self.height

    def has_sides_of(self, minimum: int, maximum: int) -> bool:
        """Whether both sides are `minimum` to `maximum` pixels."""
        return minimum <= self.shorter_side and max(self.width, self.height) <= maximum

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, eq=False)
class ImageData:
    """One image in memory: `levels` is uint8 [H, W, 3], RGB."""

    levels: np.ndarray

    @property
    def size(self) -> Size:
        height, width = self.levels.shape[:2]
        return Size(int(width), int(height))


@dataclass(frozen=True)
class Measure:
    """What a video is, as the provider will find it when it measures.

    `seconds` is the time the video is shown (edit lists applied), `bytes` the size of the file.
    """

    seconds: float
    frames: int
    rate: Fraction
    size: Size
    container: str
    codec: str
    bytes: int
    has_audio: bool
    audio_seconds: float = 0.0


@dataclass(frozen=True)
class VideoData:
    """One video: a local file, or the address where the person keeps it, or both.

    `content` is the hash of what the video shows and sounds like, whatever container it is in. `earlier_content` is the
    one by which the first version of fingerprints knows it, where that is another. `missing_bytes` are those that the
    file lacks from which this video was made, up to whose end it goes; `changes` are sentences about what had to change
    when it was made.
    """

    path: Path | None = None
    url: str = ""
    content: str = ""
    measure: Measure | None = None
    earlier_content: str = ""
    missing_bytes: int = 0
    changes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        return self.measure.seconds if self.measure else 0.0


@dataclass(frozen=True, eq=False)
class AudioData:
    """Audio in memory: `waveform` is float32 [channels, samples] in -1..1."""

    waveform: np.ndarray
    sample_rate: int

    @property
    def seconds(self) -> float:
        return float(self.waveform.shape[-1] / self.sample_rate)


def several(held: Any) -> tuple[Any, ...]:
    """The value of a media input as a tuple, whether it is one, many or None."""
    if isinstance(held, tuple):
        return held
    return () if held is None else (held,)


@dataclass(frozen=True)
class Selection:
    """Which frames of a video to take, in VideoHelperSuite's terms; a negative skip counts from the end."""

    skip_first_frames: int = 0
    frame_load_cap: int = 0
    select_every_nth: int = 1
    max_side: int = 0


@dataclass(frozen=True, eq=False)
class Frames:
    """Decoded frames: `pixels` is float32 [N, H, W, 3] in 0..1, RGB; `fps` follows the selection."""

    pixels: np.ndarray
    fps: Fraction
