"""Grok Imagine as its maker serves it: videos from a prompt or from images, and changes of a video.

Source: https://docs.apimart.ai, Grok Imagine (English edition, and its list of fields in autumn 2026). The page names
`video` but not its form; that it holds the address as `url`, and that the result keeps the length and aspect ratio of
the video, is documented by xAI (https://docs.x.ai, video editing).
"""

from ..flow.model import Choice, Family, ImageInput, Json, Number, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import final_at, model, nsfw_check, resolution

EDITOR, NEWEST = "grok-imagine-video", "grok-imagine-video-1.5"


def source(url: str) -> Json:
    return {"url": url}


def billed(values: Values) -> float:
    """A video that is changed keeps its length."""
    return float(values.duration if values.video is None else values.video.seconds)


def inputs_billed(values: Values) -> dict[str, float]:
    """What goes in costs extra: each image, and each second of a video."""
    images = {"input_image": float(len(values.images))} if values.images else {}
    return images | ({"input_video": values.video.seconds} if values.video is not None else {})


FAMILY = Family(
    node_id="APIMartGrokImagineOfficial",
    title="APIMart Grok Imagine Official",
    description="Generates videos with audio from a prompt or images, or edits a video. Billed per second of the "
    "result, plus each input image and each second of the input video.",
    search_aliases=("grok", "xai", "imagine", "text to video", "image to video", "video edit"),
    inputs=(
        Text(
            id="prompt",
            required=True,
            help="Text prompt describing the video, in any language (1.5: 8,000 characters max).",
        ),
        model(
            EDITOR,
            NEWEST,
            help="1.5 is newer, also renders 1080p, and costs more. Only grok-imagine-video can edit videos.",
        ),
        Number(
            id="duration",
            default=6,
            minimum=1,
            maximum=15,
            sent_if=lambda v: v.video is None,
            help="Duration in seconds, 1 to 15; billed per second. Ignored when a video is connected; its length is "
            "kept.",
        ),
        resolution(
            "480p",
            "720p",
            "1080p",
            help="1080p requires grok-imagine-video-1.5; for the other model the provider's documentation is "
            "inconsistent.",
        ),
        Choice(
            id="aspect_ratio",
            options=("auto", "16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3"),
            default="auto",
            sent_if=lambda v: v.video is None,
            help="Aspect ratio; auto matches the image. Ignored when a video is connected; its aspect ratio is kept.",
        ),
        ImageInput(id="images", wire="image_urls", many=7, help="Optional: images to start from; each one is billed."),
        VideoInput(
            id="video",
            added=True,
            encode=source,
            help="Optional: video to edit, billed per second; requires grok-imagine-video. It may be refused, because "
            "the provider does not document how to pass a video.",
        ),
        nsfw_check(),
    ),
    rules=(
        Rule(
            "1080p requires grok-imagine-video-1.5: select it, or a lower resolution.",
            ("model", "resolution"),
            lambda v: v.resolution != "1080p" or v.model == NEWEST,
        ),
        Rule(
            "Only grok-imagine-video can edit videos: select it, or disconnect video.",
            ("model", "video"),
            lambda v: v.video is None or v.model == EDITOR,
        ),
        Rule(
            "With grok-imagine-video-1.5, prompt must be 8,000 characters or fewer.",
            ("model", "prompt"),
            lambda v: v.model != NEWEST or len(v.prompt) <= 8000,
        ),
        Rule(
            "nsfw_check requires grok-imagine-video-1.5: select it, or turn nsfw_check off.",
            ("model", "nsfw_check"),
            lambda v: not v.nsfw_check or v.model == NEWEST,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=billed, extras=inputs_billed),
    final=final_at("1080p", model="grok-imagine-video-1.5"),
)
