"""Grok Imagine as its maker serves it: clips from a prompt or from pictures, and changes of a clip.

Source: https://docs.apimart.ai, Grok Imagine (English edition, and its list of fields in autumn 2026). The page names
`video` but not its form; that it holds the address as `url`, and that the result keeps length and shape of the clip, is
so at the model's maker (https://docs.x.ai, video editing).
"""

from ..flow.model import Choice, Family, ImageInput, Json, Number, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import final_at, model, nsfw_check, resolution

EDITOR, NEWEST = "grok-imagine-video", "grok-imagine-video-1.5"


def source(url: str) -> Json:
    return {"url": url}


def billed(values: Values) -> float:
    """A clip that is changed keeps its length."""
    return float(values.duration if values.video is None else values.video.seconds)


def inputs_billed(values: Values) -> dict[str, float]:
    """What goes in costs extra: each picture, and each second of a clip."""
    pictures = {"input_image": float(len(values.images))} if values.images else {}
    return pictures | ({"input_video": values.video.seconds} if values.video is not None else {})


FAMILY = Family(
    node_id="APIMartGrokImagineOfficial",
    title="APIMart Grok Imagine Official",
    description="Clips with sound from a prompt or from pictures, or a clip that is changed. Billed by the seconds of "
    "the result, and by what goes in: each picture, and each second of a clip.",
    search_aliases=("grok", "xai", "imagine", "text to video", "image to video", "video edit"),
    inputs=(
        Text(
            id="prompt", required=True, help="What the clip should show, in any language (1.5: up to 8,000 characters)."
        ),
        model(
            EDITOR,
            NEWEST,
            help="1.5 is newer, renders 1080p too, and costs more; only grok-imagine-video changes clips.",
        ),
        Number(
            id="duration",
            default=6,
            minimum=1,
            maximum=15,
            sent_if=lambda v: v.video is None,
            help="Seconds of clip, 1 to 15; each is billed. Not sent with a clip to change, which keeps its length.",
        ),
        resolution(
            "480p",
            "720p",
            "1080p",
            help="1080p needs grok-imagine-video-1.5; for the other one the provider's pages disagree about it.",
        ),
        Choice(
            id="aspect_ratio",
            options=("auto", "16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3"),
            default="auto",
            sent_if=lambda v: v.video is None,
            help="The shape of the clip; auto follows the picture. Not sent with a clip, which keeps its shape.",
        ),
        ImageInput(id="images", wire="image_urls", many=7, help="Optional: pictures to start from; each is billed."),
        VideoInput(
            id="video",
            added=True,
            encode=source,
            help="Optional: a clip to change; needs grok-imagine-video. It may be refused: the provider's page does "
            "not say how a clip is given. Its seconds are billed, too.",
        ),
        nsfw_check(),
    ),
    rules=(
        Rule(
            "1080p needs grok-imagine-video-1.5: choose it, or a lower resolution.",
            ("model", "resolution"),
            lambda v: v.resolution != "1080p" or v.model == NEWEST,
        ),
        Rule(
            "Only grok-imagine-video changes clips: choose it, or disconnect video.",
            ("model", "video"),
            lambda v: v.video is None or v.model == EDITOR,
        ),
        Rule(
            "grok-imagine-video-1.5 takes 8,000 characters of prompt; this one is longer.",
            ("model", "prompt"),
            lambda v: v.model != NEWEST or len(v.prompt) <= 8000,
        ),
        Rule(
            "nsfw_check needs grok-imagine-video-1.5: choose it, or switch nsfw_check off.",
            ("model", "nsfw_check"),
            lambda v: not v.nsfw_check or v.model == NEWEST,
        ),
    ),
    price=Price(key=lambda v: v.resolution.upper(), units=billed, extras=inputs_billed),
    final=final_at("1080p", model="grok-imagine-video-1.5"),
)
