"""Clips, pictures and sounds: measuring, hashing, decoding and encoding. The only owner of OpenCV, Pillow and PyAV."""

from __future__ import annotations

from .content import content_of_clip, content_of_frames, content_of_still, content_of_trimmed
from .decode import Plan, decode_frames, plan
from .fit import fit_clip, fitted_size
from .measure import measure
from .pictures import encode_picture, still_of
from .sheets import contact_sheet, thumbnail
from .sound import decode_sound, has_sound
from .timeline import seconds_shown
from .voices import content_of_sound, encode_sound

__all__ = [
    "Plan",
    "contact_sheet",
    "content_of_clip",
    "content_of_frames",
    "content_of_sound",
    "content_of_still",
    "content_of_trimmed",
    "decode_frames",
    "decode_sound",
    "encode_picture",
    "encode_sound",
    "fit_clip",
    "fitted_size",
    "has_sound",
    "measure",
    "plan",
    "seconds_shown",
    "still_of",
    "thumbnail",
]
