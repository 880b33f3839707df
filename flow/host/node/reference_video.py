"""Execution of Reference Video: fits a video to the limits of motion control and reports its price."""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path
from typing import Any

import folder_paths
from comfy_api.latest import io

from ...errors import Refused
from ...media import fit_frames, fit_video, seconds_shown
from ...model import Measure, MotionReference
from ...prices import printed_prices
from ...stopping import Stopped
from .progress import local
from .sockets import parts_of, trimmed_source, video_of


async def fit(
    limits: MotionReference, video: Any, orientation: str, start: float, length: float, keep_sound: bool
) -> io.NodeOutput:
    return await local(partial(_fit, limits, video, orientation, start, length, keep_sound))


def _fit(
    limits: MotionReference,
    video: Any,
    orientation: str,
    start: float,
    length: float,
    keep_sound: bool,
    stopped: Stopped,
) -> io.NodeOutput:
    folder = Path(folder_paths.get_temp_directory()) / "apimart"
    folder.mkdir(parents=True, exist_ok=True)
    out, changes = folder / f"reference_{secrets.token_hex(6)}.mp4", list[str]()
    bounds: dict[str, Any] = {
        "min_side": limits.min_side,
        "max_side": limits.max_side,
        "max_bytes": limits.max_bytes,
        "max_rate": limits.max_fps,
        "keep_audio": keep_sound,
        "tell": changes.append,
        "stopped": stopped,
    }
    source = trimmed_source(video)
    if source:
        path, begin, trim = source
        left = seconds_shown(path, stopped=stopped) - begin
        shown = min(left, trim) if trim else left
        seconds = _seconds(limits, shown, orientation, start, length)
        if seconds is None and shown < left:
            seconds = shown - start
        fitted = fit_video(path, out, start=begin + start, seconds=seconds, **bounds)
    else:
        shown = video.get_duration()
        seconds = _seconds(limits, shown, orientation, start, length) or shown - start
        fitted = fit_frames(parts_of(video), out, start=start, seconds=seconds, **bounds)
    return io.NodeOutput(video_of(out), fitted.seconds, "\n".join([report_of(limits, fitted), *changes]))


def _seconds(limits: MotionReference, whole: float, orientation: str, start: float, length: float) -> float | None:
    """Return the length of the fitted video in seconds, None for all from `start`. Raises Refused if too short."""
    longest = limits.max_seconds[orientation]
    left = whole - start
    chosen = min(left, longest, length or longest)
    if chosen < limits.min_seconds:
        raise Refused(
            f"From {start:g} s on, {max(chosen, 0):.5g} s of the video's {whole:.5g} s remain or were requested; "
            f"a motion reference must be at least {limits.min_seconds} s long.",
            next_step="Start earlier, request more seconds, or use a longer video.",
        )
    return None if chosen >= left else chosen


def report_of(limits: MotionReference, fitted: Measure) -> str:
    """Return details of the video, and its price in USD for each model and mode."""
    prices = printed_prices()
    sound = f"with {fitted.audio_seconds:.2f} s of audio" if fitted.has_audio else "without audio"
    found = f"{fitted.seconds:.2f} s, {fitted.frames} frames, {float(fitted.rate):.3f} fps, {fitted.size}"
    lines = [f"{found}, {fitted.codec} in {fitted.container}, {fitted.bytes / 1e6:.1f} MB, {sound}."]
    for model in limits.models:
        for mode in limits.modes:
            usd = prices.usd(model, mode)
            if usd is not None:
                lines.append(f"{model} {mode}: {fitted.seconds:.2f} s x {usd:g} = {fitted.seconds * usd:.3f} USD")
    return "\n".join(lines)
