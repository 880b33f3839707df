"""PixVerse v6: videos from a prompt, an image, reference images, between two frames, or going on from a video.

Source: https://docs.apimart.ai, Pixverse v6 (English and Chinese editions). That the items of `img_references` are
plain addresses is what clients made of that page; others send objects. `motion_mode` has one value and is not sent.
"""

from ..flow.model import Choice, Family, Flag, ImageInput, Price, Rule, Text, Values
from ..flow.model.shared_inputs import (
    duration,
    earlier_job,
    final_at,
    first_frame,
    last_frame,
    model,
    negative_prompt,
    resolution,
    seed,
    watermark,
)
from ..flow.model.shared_rules import at_most_characters, names_a_job


def row(values: Values) -> str:
    resolution = str(values.resolution).upper()
    return f"{resolution}-audio" if values.audio else resolution


FAMILY = Family(
    node_id="APIMartPixVerse6",
    title="APIMart PixVerse 6",
    description="Generates 1 to 15 s videos from a prompt, an image, reference images or two frames, or continues an "
    "earlier job of this node. Billed per requested second.",
    search_aliases=("pixverse", "first last frame", "reference to video", "extend", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the video, 5,000 characters max."),
        model("pixverse-v6"),
        negative_prompt(2048),
        duration(1, 15, help="Duration in seconds, 1 to 15 (5 or 8 between two frames); billed per second."),
        resolution("360p", "540p", "720p", "1080p", default="540p"),
        Choice(
            id="size",
            options=("16:9", "4:3", "1:1", "3:4", "9:16", "2:3", "3:2", "21:9"),
            default="16:9",
            sent_if=lambda v: v.image is None and v.first_frame is None and not v.source_job.strip(),
            help="Aspect ratio. Used only for videos from a prompt or reference images.",
        ),
        ImageInput(
            id="image",
            wire="image_urls",
            in_list=True,
            help="Optional: image to animate. Cannot be combined with frames or source_job.",
        ),
        ImageInput(
            id="references",
            wire="img_references",
            many=7,
            help="Optional: up to 7 reference images to combine in the video. They may be refused: the provider's "
            "documentation of their format is inconsistent. Cannot be combined with image, frames or source_job.",
        ),
        first_frame(help="Optional: image used as the first frame; requires last_frame."),
        last_frame(help="Optional: image used as the last frame; requires first_frame."),
        earlier_job(
            help="Optional: an earlier job of this node to continue. Connect its job output, or paste its task ID."
        ),
        Flag(id="audio", default=False, help="Generate audio; costs more."),
        Flag(
            id="multi_clip",
            wire="generate_multi_clip_switch",
            default=False,
            sent_if=lambda v: v.first_frame is None and not v.references and not v.source_job.strip(),
            help="Generate several shots. Used only for videos from a prompt or an image.",
        ),
        watermark(),
        seed(2**31 - 1),
    ),
    rules=(
        Rule(
            "first_frame and last_frame must be used together: connect both, or use the image input instead.",
            ("first_frame", "last_frame"),
            lambda v: (v.first_frame is None) == (v.last_frame is None),
        ),
        Rule(
            "Between two frames, duration must be 5 or 8.",
            ("first_frame", "last_frame", "duration"),
            lambda v: v.first_frame is None or v.last_frame is None or v.duration in (5, 8),
        ),
        Rule(
            "image, references, the two frames and source_job cannot be combined: use only one of them.",
            ("image", "references", "first_frame", "source_job"),
            lambda v: sum(map(bool, (v.image, v.references, v.first_frame, v.source_job.strip()))) <= 1,
        ),
        names_a_job(),
        at_most_characters("prompt", 5000),
        at_most_characters("negative_prompt", 2048),
    ),
    price=Price(key=row, units=lambda v: v.duration),
    final=final_at("1080p"),
)
