"""Turns an accepted request into what will be delivered: how many clips, their size, rate, length and sound."""

from __future__ import annotations

from fractions import Fraction

from .documents import Body, Model
from .inputs import Found
from .render import Clip, even

RATE = Fraction(24)
SHORT_SIDES = {
    "360p": 360, "480p": 480, "512p": 512, "540p": 540, "720p": 720, "768p": 768, "1024p": 1024, "1080p": 1080,
    "2k": 1440, "4k": 2160, "std": 720, "pro": 1080, "hd": 720, "fhd": 1080,
}  # fmt: skip
RATIOS = {"landscape": (16, 9), "portrait": (9, 16)}
SORA_1024P = (1792, 1024)
DEFAULT_SECONDS = 5.0
MODEL_DECIDES = -1


def plan_clip(model: Model, body: Body, found: Found) -> Clip:
    """The clip this request buys (several alike where `sample_count` says so)."""
    if model.family == "kling-motion-control":
        return _motion_clip(body, found)
    seconds = _clip_seconds(model, body, found)
    width, height = _size(model, body, found)
    return Clip(width, height, RATE, round(seconds * RATE), _has_sound(model, body))


def clip_count(model: Model, body: Body) -> int:
    return 0 if model.text_result else int(model.value(body, "sample_count") or 1)


def billed_seconds(model: Model, body: Body, found: Found) -> float:
    """Motion control bills the measured reference clip, every other model the seconds asked for."""
    if model.family == "kling-motion-control":
        return found.clips[0].seconds
    return _clip_seconds(model, body, found) + (_input_seconds(found) if _bills_input(model) else 0.0)


def _bills_input(model: Model) -> bool:
    return model.prices is not None and model.prices.input_seconds


def _input_seconds(found: Found) -> float:
    return sum(clip.seconds for clip in found.clips)


def _clip_seconds(model: Model, body: Body, found: Found) -> float:
    """As asked; -1 leaves it to the model, 0 follows the clip that is edited, as some models do by themselves."""
    seconds = model.value(body, "duration")
    if found.clips and (seconds == 0 or (model.follows_clip and "duration" not in body)):
        return found.clips[0].seconds
    return float(seconds) if seconds and seconds != MODEL_DECIDES else DEFAULT_SECONDS


def _motion_clip(body: Body, found: Found) -> Clip:
    reference = found.clips[0]
    short = SHORT_SIDES[body["mode"]]
    width, height = _fit(short, reference.width, reference.height)
    frames = max(1, round(reference.seconds * reference.rate))
    return Clip(width, height, reference.rate, frames, body.get("keep_original_sound", "yes") == "yes")


def _size(model: Model, body: Body, found: Found) -> tuple[int, int]:
    step = str(model.value(body, "resolution") or model.value(body, "mode") or "720p").lower()
    across, down = _ratio(model, body, found)
    if step == "1024p" and (across, down) in ((16, 9), (9, 16)):
        return SORA_1024P if across > down else SORA_1024P[::-1]
    return _fit(SHORT_SIDES.get(step, 720), across, down)


def _ratio(model: Model, body: Body, found: Found) -> tuple[int, int]:
    """What was asked for; Sora 2 and ratios left open follow the picture."""
    asked = str(model.value(body, "aspect_ratio") or model.value(body, "size") or "16:9")
    follows = model.family in ("sora-2", "grok") or ":" not in asked
    if follows and found.pictures:
        upright = found.pictures[0].height > found.pictures[0].width
        return (9, 16) if upright else (16, 9)
    if asked in RATIOS:
        return RATIOS[asked]
    across, colon, down = asked.partition(":")
    return (int(across), int(down)) if colon and across.isdigit() and down.isdigit() else (16, 9)


def _fit(short: int, across: int, down: int) -> tuple[int, int]:
    scale = short / min(across, down)
    return even(across * scale), even(down * scale)


def _has_sound(model: Model, body: Body) -> bool:
    """A model with a switch does as told; one without has sound, save the ones known to be silent."""
    for name in ("generate_audio", "audio"):
        if model.has(name):
            return model.value(body, name) is True
    return model.family != "minimax"
