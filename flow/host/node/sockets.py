"""Converts between ComfyUI's sockets and the values of `flow.model`."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from comfy.model_management import get_free_memory
from comfy_api.latest import Input, InputImpl, Types

from ...errors import PackError, Refused, log
from ...media import (
    content_of_frames,
    content_of_trimmed,
    content_of_video,
    decode_audio,
    decode_frames,
    image_of,
    is_animation,
    missing_bytes,
    nothing_selected,
    seconds_of,
    write_frames,
)
from ...model import (
    AudioData,
    AudioInput,
    Cut,
    Family,
    Frames,
    ImageData,
    ImageInput,
    MediaInput,
    Selection,
    Shots,
    Text,
    Values,
    VideoData,
    VideoInput,
    socket_names,
)
from ...stopping import Stopped, never, raise_if_stopped, until_stopped
from .memory_limit import left_by_containers

SILENCE_RATE = 44100
ALL = Selection()
UNTRIMMED = (0.0, 0.0)
PART_SECONDS = 1.0


def values_of(family: Family, given: dict[str, Any], scratch: Path, stopped: Stopped = never) -> Values:
    """Return the node's inputs as values. Raises Refused if a socket cannot be read, Unfinished if stopped."""
    values = {**given, **cuts_of(family, given)}
    for one in family.inputs:
        if (one.may_be_missing or isinstance(one, Text)) and given.get(one.id) is None:
            values[one.id] = getattr(one, "default", None)
        elif isinstance(one, MediaInput):
            held = _media(one, given, scratch, stopped)
            values[one.id] = held if one.many else next(iter(held), None)
    return Values(values)


def cuts_of(family: Family, given: Mapping[str, Any]) -> dict[str, Cut | None]:
    """Return the shots entered for a family, by input; None while a link has no value yet."""
    return {one.id: one.read(given.get(one.id) or {}) for one in family.inputs if isinstance(one, Shots)}


def _media(
    declared: MediaInput, given: dict[str, Any], scratch: Path, stopped: Stopped
) -> tuple[ImageData | VideoData | AudioData, ...]:
    """Return what a socket holds, in the order of its names; a batch in a growing socket is split."""
    found = [one for one in _connected(declared, given.get(declared.id)) if one is not None]
    if isinstance(declared, ImageInput):
        return tuple(still for image in found for still in _stills(image, declared))
    if isinstance(declared, AudioInput):
        return tuple(sound for audio in found for sound in _sounds(audio, declared))
    assert isinstance(declared, VideoInput)
    is_replaced = bool(str(given.get(declared.url_input) or "").strip())
    return () if is_replaced else tuple(video_data_of(video, scratch, stopped) for video in found)


def _connected(declared: MediaInput, held: Any) -> list[Any]:
    if not declared.many:
        return [held]
    return [(held or {}).get(name) for name in socket_names(declared)]


def _stills(image: torch.Tensor, declared: ImageInput) -> list[ImageData]:
    if image.ndim != 4 or (image.shape[0] != 1 and not declared.many):
        raise Refused(
            f"{declared.id} holds a batch of {image.shape[0]} images; connect a single image.",
            next_step="Pick one with ImageFromBatch.",
        )
    return [image_of(one.cpu().numpy()) for one in image]


def _sounds(audio: dict[str, Any], declared: AudioInput) -> list[AudioData]:
    waveform = audio["waveform"]
    if waveform.ndim != 3 or (waveform.shape[0] != 1 and not declared.many):
        raise Refused(f"{declared.id} holds a batch of audio; connect a single audio.")
    return [AudioData(one.float().cpu().numpy(), int(audio["sample_rate"])) for one in waveform]


def video_data_of(video: Input.Video, scratch: Path, stopped: Stopped = never) -> VideoData:
    """Write the video to `scratch` once, with trims and crops applied; that file is measured and published.

    Its content hash is the same on every machine, so it is not taken from a file encoded on this one. Raises Refused
    if the video cannot be written, Unfinished if stopped; leaves no file then. `stopped` is not checked while ComfyUI
    writes.
    """
    path = scratch / f"{secrets.token_hex(8)}.mp4"
    try:
        changes = _write_out(video, path, stopped)
        written = content_of_video(path, stopped=stopped)
        content = _content_of(video, written, scratch, stopped)
        return VideoData(path, "", content, None, written, _missing_bytes(video), changes)
    except PackError:
        path.unlink(missing_ok=True)
        raise
    except Exception as error:  # noqa: BLE001  # ComfyUI and PyAV may raise anything here
        path.unlink(missing_ok=True)
        raise _not_readable(error) from None


def _not_readable(error: Exception) -> Refused:
    """Return a Refused without the error's text, which may contain paths of this machine and is logged instead."""
    log.warning("A video cannot be read: %s: %s", type(error).__name__, error)
    cause = getattr(error, "strerror", None) or type(error).__name__
    return Refused(
        f"This file is not a readable video ({cause}).",
        next_step="Re-export it as MP4 (H.264), or load another file.",
    )


def _write_out(video: Input.Video, path: Path, stopped: Stopped) -> tuple[str, ...]:
    """Write the video to `path`; return what changed. H.264 needs even sides, which ComfyUI leaves to the encoder."""
    try:
        video.save_to(str(path), format=Types.VideoContainer.MP4, codec=Types.VideoCodec.AUTO)
        return ()
    except Exception:
        width, height = video.get_dimensions()
        if width % 2 == height % 2 == 0:
            raise
    made = write_frames(parts_of(video), path, stopped=stopped)
    return (f"The video of {width}x{height} was cropped to {made.size}: H.264 has even sides.",)


def _content_of(video: Input.Video, written: str, scratch: Path, stopped: Stopped) -> str:
    """Return the content hash: of the file's packets if they were copied, else of the source and trim, else of frames.

    In ComfyUI, a video made of frames and trimmed afterwards is a trimmed file that this machine encoded.
    """
    source = _content_of_source(video, scratch, stopped) if isinstance(video, InputImpl.VideoFromFile) else ""
    if source == written:
        return written
    trim = _trim_of(video)
    if source and trim is not None:
        return content_of_trimmed(source, *trim)
    depth = getattr(video, "get_bit_depth", None)
    return content_of_frames(
        until_stopped(parts_of(video), stopped), bits=10 if depth is not None and depth() >= 10 else 8
    )


def _content_of_source(video: Input.Video, scratch: Path, stopped: Stopped) -> str:
    """Return the content hash of the source; empty if ComfyUI plays it but we do not read it, as an animated image."""
    source = video.get_stream_source()
    path = Path(source) if isinstance(source, str) else scratch / f"{secrets.token_hex(8)}.source"
    try:
        if not isinstance(source, str):
            path.write_bytes(source.read())
        return content_of_video(path, stopped=stopped)
    except Refused:
        return ""
    finally:
        if not isinstance(source, str):
            path.unlink(missing_ok=True)


def _missing_bytes(video: Input.Video) -> int:
    """Return the bytes that a file played to its end lacks: ComfyUI would copy the rest into one that seems whole."""
    source, trim = _file_of(video), _trim_of(video)
    return missing_bytes(source) if source is not None and trim is not None and not trim[1] else 0


def parts_of(video: Input.Video) -> Iterator[tuple[Frames, AudioData | None]]:
    """Yield the frames and audio of a video, one second at a time unless they are already in memory."""
    if isinstance(video, InputImpl.VideoFromComponents) or not hasattr(video, "as_trimmed"):
        yield _part(video)
        return
    seconds = video.get_duration()
    for number in range(math.ceil(seconds / PART_SECONDS)):
        start = number * PART_SECONDS
        part = video.as_trimmed(start, min(PART_SECONDS, seconds - start), False)
        if part is not None:
            yield _part(part)


def _part(video: Input.Video) -> tuple[Frames, AudioData | None]:
    components = video.get_components()
    frames = Frames(components.images.float().cpu().numpy(), Fraction(components.frame_rate))
    audio = components.audio
    sound = AudioData(audio["waveform"][0].float().cpu().numpy(), int(audio["sample_rate"])) if audio else None
    return frames, sound


def frames_tensor(path: Path, selection: Selection = ALL, stopped: Stopped = never) -> tuple[torch.Tensor, float]:
    """Return an IMAGE [N, H, W, 3] sharing the decoder's memory, and its fps. Raises what `decode_frames` raises."""
    frames = decode_frames(path, selection, free_bytes=_free_bytes(), stopped=stopped)
    return torch.from_numpy(frames.pixels), float(frames.fps)


def _free_bytes() -> int:
    """Return the free memory in bytes: as ComfyUI reports it, or less if a container limits it."""
    return min([int(get_free_memory(torch.device("cpu"))), *left_by_containers()])


def audio_of(path: Path, tell: Callable[[str], object], stopped: Stopped = never) -> dict[str, Any]:
    """Return AUDIO [1, channels, samples], or silence of a silent video's length. `tell` gets problems as sentences.

    Raises Unreadable if the file is not a video, Unfinished if stopped.
    """
    sound = decode_audio(path, tell=tell, stopped=stopped)
    if sound is None:
        return silence(seconds_of(path, stopped=stopped))
    return {"waveform": torch.from_numpy(sound.waveform).unsqueeze(0), "sample_rate": sound.sample_rate}


def silence(seconds: float) -> dict[str, Any]:
    """Return AUDIO of one silent channel at 44.1 kHz."""
    return {"waveform": torch.zeros(1, 1, max(1, round(seconds * SILENCE_RATE))), "sample_rate": SILENCE_RATE}


def video_of(path: Path) -> Input.Video:
    return InputImpl.VideoFromFile(str(path))


def plain_source(video: Input.Video) -> Path | None:
    """Return the file of a video; None if it is trimmed, cropped, made of frames or an animated image."""
    trimmed = trimmed_source(video)
    return trimmed[0] if trimmed and trimmed[1:] == UNTRIMMED else None


def trimmed_source(video: Input.Video) -> tuple[Path, float, float] | None:
    """Return the file behind a video, and the start and length of its trim (seconds, length 0 for all).

    None if it is edited in other ways, made of frames or an animated image. `get_stream_source` ignores edits, so it
    is used only if the video reports them.
    """
    trim, path = _trim_of(video), _file_of(video)
    return None if trim is None or path is None or is_animation(path) else (path, *trim)


def _file_of(video: Input.Video) -> Path | None:
    """Return the file of a video, edits ignored; None, without asking, if asking would encode the video into memory."""
    if type(video).get_stream_source is Input.Video.get_stream_source:
        return None
    source = video.get_stream_source()
    return Path(source) if isinstance(source, str) else None


def _trim_of(video: Input.Video) -> tuple[float, float] | None:
    """Return where the video starts and how long it is shown, in seconds; zeros for a whole one.

    None if it is also edited in other ways, or if it is trimmed and ComfyUI is too old to report it (before 0.23).
    """
    trim = getattr(video, "get_active_trim_window", None)
    edits = getattr(video, "has_pending_frame_edits", None)
    if edits is not None and edits():
        return None
    return trim() if trim is not None else UNTRIMMED if _is_whole(video) else None


def _is_whole(video: Input.Video) -> bool:
    """Return whether nothing of the file is cut away, judging by displayed duration and size."""
    if not isinstance(video, InputImpl.VideoFromFile):
        return False
    whole = InputImpl.VideoFromFile(video.get_stream_source())
    return (video.get_duration(), video.get_dimensions()) == (whole.get_duration(), whole.get_dimensions())


def components_of(video: Input.Video, stopped: Stopped = never) -> Types.VideoComponents:
    """Return the frames and audio of any VIDEO, exactly as ComfyUI decodes them.

    Raises Refused if ComfyUI cannot decode the video. Its decoding cannot be stopped, so Unfinished is raised after it
    if `stopped` returns True.
    """
    try:
        components = video.get_components()
    except Exception as error:  # noqa: BLE001  # ComfyUI and PyAV may raise anything here
        raise _not_readable(error) from None
    raise_if_stopped(stopped)
    return components


def selected(components: Types.VideoComponents, selection: Selection) -> Frames:
    """Return the selected frames of what ComfyUI decoded. Raises Refused if the selection leaves none."""
    images = components.images[selection.skip_first_frames :: max(1, selection.select_every_nth)]
    if selection.frame_load_cap:
        images = images[: selection.frame_load_cap]
    if not len(images):
        raise nothing_selected(selection)
    if selection.max_side and max(images.shape[1:3], default=0) > selection.max_side:
        images = _reduced(images, selection.max_side)
    rate = Fraction(components.frame_rate) / max(1, selection.select_every_nth)
    return Frames(images[..., :3].contiguous().numpy(), rate)


def _reduced(images: torch.Tensor, max_side: int) -> torch.Tensor:
    height, width = images.shape[1:3]
    scale = max_side / max(height, width)
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    channels_first = images.movedim(-1, 1)
    return (
        torch.nn.functional.interpolate(channels_first, size, mode="bicubic", antialias=True).clamp(0, 1).movedim(1, -1)
    )
