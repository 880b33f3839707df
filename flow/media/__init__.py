"""Videos, images and audio: measuring, hashing, decoding and encoding. The only owner of OpenCV, Pillow and PyAV."""

from __future__ import annotations

from .audio import content_of_audio, decode_audio, encode_audio, has_audio
from .container import is_animation, missing_bytes
from .content_hash import content_of_frames, content_of_image, content_of_trimmed, content_of_video
from .decode import Plan, decode_frames, nothing_selected, plan
from .fit import fit_video, fitted_size
from .fit_frames import fit_frames, write_frames
from .images import encode_image, image_of
from .measure import measure
from .metadata import read_metadata, write_metadata
from .opencv import what_is_missing
from .thumbnails import contact_sheet, write_thumbnail
from .timeline import rate_of, seconds_of, seconds_shown
from .truncation import cut_off, require_whole

__all__ = [
    "Plan",
    "contact_sheet",
    "content_of_audio",
    "content_of_frames",
    "content_of_image",
    "content_of_trimmed",
    "content_of_video",
    "cut_off",
    "decode_audio",
    "decode_frames",
    "encode_audio",
    "encode_image",
    "fit_frames",
    "fit_video",
    "fitted_size",
    "has_audio",
    "image_of",
    "is_animation",
    "measure",
    "missing_bytes",
    "nothing_selected",
    "plan",
    "rate_of",
    "read_metadata",
    "require_whole",
    "seconds_of",
    "seconds_shown",
    "what_is_missing",
    "write_frames",
    "write_metadata",
    "write_thumbnail",
]
