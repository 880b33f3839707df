"""The selected frames of any VIDEO, decoded from its file where it has one."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from comfy_api.latest import io

from ...model import Selection
from ...stopping import Stopped
from .progress import local
from .sockets import audio_of, frames_tensor, plain_source, selected


async def select(video: Any, selection: dict[str, int]) -> io.NodeOutput:
    return await local(partial(_select, video, Selection(**selection)))


def _select(video: Any, selection: Selection, stopped: Stopped) -> io.NodeOutput:
    path = plain_source(video)
    if path is None:
        return _from_components(video, selection, stopped)
    frames, fps = frames_tensor(path, selection, stopped)
    return io.NodeOutput(frames, audio_of(path, stopped), fps, len(frames))


def _from_components(video: Any, selection: Selection, stopped: Stopped) -> io.NodeOutput:
    """An edited video has no file of its own: ComfyUI decodes it, exact but with more memory."""
    frames = selected(video, selection, stopped)
    sound = video.get_components().audio
    silence = {
        "waveform": torch.zeros(1, 1, max(1, round(len(frames.pixels) / float(frames.fps) * 44100))),
        "sample_rate": 44100,
    }
    return io.NodeOutput(torch.from_numpy(frames.pixels), sound or silence, float(frames.fps), len(frames.pixels))
