"""Clips, pictures and sounds: measuring, hashing, decoding and encoding. The only owner of OpenCV, Pillow and PyAV."""

from __future__ import annotations

from .content import content_of_frames, content_of_image, content_of_trimmed, content_of_video
from .decode import Plan, decode_frames, plan
from .fit import fit_video, fitted_size
from .measure import measure
from .pictures import encode_image, image_of
from .sheets import contact_sheet, thumbnail
from .sound import decode_audio, has_sound
from .timeline import seconds_shown
from .voices import content_of_audio, encode_audio

__all__ = [
    "Plan",
    "contact_sheet",
    "content_of_audio",
    "content_of_frames",
    "content_of_image",
    "content_of_trimmed",
    "content_of_video",
    "decode_audio",
    "decode_frames",
    "encode_audio",
    "encode_image",
    "fit_video",
    "fitted_size",
    "has_sound",
    "image_of",
    "measure",
    "plan",
    "seconds_shown",
    "thumbnail",
]
