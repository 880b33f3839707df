"""Rules shared by several families, and conditions for rules."""

from __future__ import annotations

from collections.abc import Iterable

from .encodings import task_of
from .family import Rule
from .media import AudioData, VideoData, several
from .values import Values

TOLERANCE_SECONDS = 0.05  # a video cut at a whole second may measure a frame longer


def has_frames(values: Values) -> bool:
    """Whether a first or a last frame is connected."""
    return values.first_frame is not None or values.last_frame is not None


def has_references(values: Values) -> bool:
    """Whether anything is connected to `images`, `videos` or `sounds`."""
    return bool(values.images or values.videos or values.sounds)


LAST_FRAME_NEEDS_FIRST = Rule(
    "last_frame requires first_frame: connect one, or disconnect last_frame.",
    ("first_frame", "last_frame"),
    lambda v: v.last_frame is None or v.first_frame is not None,
)
FRAMES_EXCLUDE_REFERENCES = Rule(
    "Frames and references cannot be combined: disconnect the frames, or images, videos and sounds.",
    ("first_frame", "last_frame", "images", "videos", "sounds"),
    lambda v: not (has_frames(v) and has_references(v)),
)
SHOTS_ADD_UP_TO_DURATION = Rule(
    "The seconds of the shots must add up to duration (this sum is {v.shots.seconds}).",
    ("shots", "duration"),
    lambda v: not v.shots.shots or v.shots.seconds == v.duration,
)


def at_most_characters(name: str, most: int) -> Rule:
    """The text `name` has at most `most` characters."""
    return Rule(f"{name} must be {most:,} characters or fewer.", (name,), lambda v: len(v[name]) <= most)


def video_lasts(minimum: int, maximum: int) -> Rule:
    """The video of the input `video` is `minimum` to `maximum` seconds long; a minimum of 0 is not mentioned."""
    limits = f"{minimum} to {maximum} s" if minimum else f"up to {maximum} s"
    return Rule(
        f"The video is {{v.video.seconds:.5g}} s long; {limits} are accepted. "
        "Use the APIMart Reference Video node to trim it.",
        ("video",),
        lambda v: minimum <= v.video.seconds <= maximum + TOLERANCE_SECONDS,
    )


def names_a_job(name: str = "source_job", *, of: str = "this node", required: bool = False) -> Rule:
    """The text `name` is the job output of a node or a task id; may be empty unless `required`. `of` names the node."""
    return Rule(
        f"{name} is not a job: connect the job output of {of}, or paste its task ID.",
        (name,),
        lambda v: (not required and not v[name].strip()) or str(task_of(v[name])).startswith("task_"),
    )


def image_fits(name: str, minimum: int, maximum: int, ratio: float, *, many: bool = False) -> Rule:
    """The image of `name`, or each of `many`, has sides of `minimum` to `maximum` px and is at most `ratio`:1 long."""
    this = "" if many else f" (this is {{v.{name}.size}})"
    subject = f"Each image of {name}" if many else name
    return Rule(
        f"{subject} must have sides of {minimum} to {maximum} px and an aspect ratio of "
        f"1:{ratio:g} to {ratio:g}:1{this}.",
        (name,),
        lambda v: all(
            one.size.has_sides_of(minimum, maximum) and 1 / ratio <= one.size.ratio <= ratio for one in several(v[name])
        ),
    )


def each_lasts(name: str, minimum: int, maximum: int, total: int = 0) -> Rule:
    """Each video or audio of `name` lasts `minimum` to `maximum` seconds, and all of them `total` at most (0: any)."""
    altogether = f", {total} s in total" if total else ""
    return Rule(
        f"Each of {name} must be {minimum} to {maximum} s long{altogether}: trim them.",
        (name,),
        lambda v: (
            all(minimum <= one.seconds <= maximum + TOLERANCE_SECONDS for one in v[name])
            and (not total or seconds_of(v[name]) <= total + TOLERANCE_SECONDS)
        ),
    )


def seconds_of(media: Iterable[VideoData | AudioData]) -> float:
    """The total duration."""
    return sum(one.seconds for one in media)
