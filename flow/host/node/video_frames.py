"""Execution of Video Frames: decodes the selected frames of any VIDEO, from its file if it has one."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from comfy_api.latest import io
from server import PromptServer

from ...model import Selection
from ...stopping import Stopped
from .progress import local
from .sockets import audio_of, components_of, frames_tensor, plain_source, selected, silence


async def select(video: Any, selection: dict[str, int], with_audio: bool, node_id: str) -> io.NodeOutput:
    """Return the outputs of Video Frames; problems with the audio are shown on the node."""
    notes: list[str] = []
    output = await local(partial(_select, video, Selection(**selection), with_audio, notes))
    if notes:
        PromptServer.instance.send_progress_text("\n".join(notes), node_id)
    return output


def _select(video: Any, selection: Selection, with_audio: bool, notes: list[str], stopped: Stopped) -> io.NodeOutput:
    path = plain_source(video)
    if path is None:
        return _from_components(video, selection, stopped)
    frames, fps = frames_tensor(path, selection, stopped)
    audio = audio_of(path, notes.append, stopped) if with_audio else None
    return io.NodeOutput(frames, audio, fps, len(frames))


def _from_components(video: Any, selection: Selection, stopped: Stopped) -> io.NodeOutput:
    """Decode an edited video, which has no file of its own, with ComfyUI: once and exact, but with more memory."""
    components = components_of(video, stopped)
    frames = selected(components, selection)
    audio = components.audio or silence(len(components.images) / float(components.frame_rate))
    return io.NodeOutput(torch.from_numpy(frames.pixels), audio, float(frames.fps), len(frames.pixels))
