"""SkyReels V4: videos from a prompt, from frames, or from images and a video that the prompt refers to.

Source: https://docs.apimart.ai, SkyReels V4 (English, Korean and Russian editions). Up to 3 groups of images are
taken, each with a tag; each image is a group of its own here, so that it matters to nobody how many a group may hold,
on which the editions disagree.
"""

from ..flow.model import Choice, Family, ImageInput, Json, Price, Rule, Text, Values, VideoInput
from ..flow.model.shared_inputs import duration, final_at, first_frame, last_frame, model, prompt_rewriting, resolution
from ..flow.model.shared_rules import video_lasts

ANY_TIME = -1


def has_frames(values: Values) -> bool:
    return bool(values.first_frame or values.last_frame or values.middle_frames)


def seconds_in(text: str) -> list[int] | None:
    """The seconds that a text lists, like `2, 4`; None where it lists anything else."""
    words = text.replace(",", " ").replace("\uff0c", " ").split()
    return [int(word) for word in words] if all(word.isascii() and word.isdigit() for word in words) else None


def listed(text: str) -> Json:
    found = seconds_in(text)
    return text if found is None else [*found]


def are_times(values: Values) -> bool:
    """A second inside the video for each middle frame, or none at all."""
    found = seconds_in(values.middle_times)
    if not found:
        return found is not None
    return len(found) == len(values.middle_frames) and all(0 < second < values.duration for second in found)


def row(values: Values) -> str:
    resolution = str(values.resolution).upper()
    return f"{resolution}-video" if values.video is not None else resolution


def names_references(values: Values) -> bool:
    tags = [f"@image{number}" for number in range(1, len(values.images or values.middle_frames) + 1)]
    return all(tag in values.prompt for tag in [*tags, *(["@video1"] if values.video is not None else [])])


def shaped(body: dict[str, Json]) -> dict[str, Json]:
    """Each reference is an object with the tag that the prompt calls it by; times that a rule refuses stay."""
    kept = {name: value for name, value in body.items() if name not in ("video_use", "middle_times")}
    middles, times = body.get("mid_frame_images"), body.get("middle_times") or []
    if isinstance(middles, list) and isinstance(times, list) and len(times) in (0, len(middles)):
        shown_at = times or [ANY_TIME] * len(middles)
        kept["mid_frame_images"] = [
            {"tag": f"@image{number}", "image_url": url, "time_stamp": second}
            for number, (url, second) in enumerate(zip(middles, shown_at, strict=True), 1)
        ]
    elif isinstance(middles, list):
        kept["middle_times"] = times
    images, videos = body.get("ref_images"), body.get("ref_videos")
    if isinstance(images, list):
        kept["ref_images"] = [
            {"tag": f"@image{number}", "type": "image", "image_urls": [url]} for number, url in enumerate(images, 1)
        ]
    if isinstance(videos, list):
        kept["ref_videos"] = [{"tag": "@video1", "type": body["video_use"], "video_url": url} for url in videos]
    return kept


FAMILY = Family(
    node_id="APIMartSkyReels4",
    title="APIMart SkyReels 4",
    description="Generates 3 to 15 s videos from a prompt, keyframe images, or images and a video that the prompt "
    "refers to by tags. Billed per requested second; more with a video.",
    search_aliases=("skyreels", "skywork", "reference to video", "first last frame", "extend"),
    shape=shaped,
    inputs=(
        Text(
            id="prompt",
            required=True,
            help="Text prompt describing the video, 1,280 tokens max. Must name each reference by its tag: an at sign "
            "and image1, image2 ... or video1.",
        ),
        model("skyreels-v4-fast", "skyreels-v4-std", help="std: higher quality, slower, costs more."),
        duration(3, 15),
        resolution("480p", "720p", "1080p", default="720p"),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16", "1:1", "4:3", "3:4"),
            default="16:9",
            sent_if=lambda v: not has_frames(v),
            help="Aspect ratio. Ignored when frames are connected; the video then matches them.",
        ),
        first_frame(
            formats=("png", "jpeg"),
            help="Optional: image used as the first frame. Cannot be combined with images or video.",
        ),
        last_frame("end_frame_image", formats=("png", "jpeg"), help="Optional: image used as the last frame."),
        ImageInput(
            id="middle_frames",
            wire="mid_frame_images",
            many=6,
            formats=("png", "jpeg"),
            help="Optional: up to 6 intermediate keyframe images; the prompt refers to them by tags, as to images.",
        ),
        Text(
            id="middle_times",
            encode=listed,
            sent_if=lambda v: bool(v.middle_frames),
            multiline=False,
            placeholder="2, 4",
            help="Optional: second at which each of middle_frames is shown, for example 2, 4. Leave empty to let the "
            "model choose.",
        ),
        ImageInput(
            id="images",
            wire="ref_images",
            many=4,
            formats=("png", "jpeg"),
            help="Optional: up to 3 reference images; the prompt refers to them by an at sign and image1, image2 ...",
        ),
        VideoInput(
            id="video",
            wire="ref_videos",
            in_list=True,
            help="Optional: reference video, 15 s max; the prompt refers to it by an at sign and video1. Costs more. "
            "With video_use reference it sets the length of the result, and duration must be 10 or less.",
        ),
        Choice(
            id="video_use",
            options=("reference", "extend"),
            default="reference",
            sent_if=lambda v: v.video is not None,
            help="reference uses the motion of the video; extend continues from its end and cannot be combined with "
            "images.",
        ),
        prompt_rewriting("prompt_optimizer"),
    ),
    rules=(
        Rule(
            "Frames and references cannot be combined: disconnect all frames, or images and video.",
            ("first_frame", "last_frame", "middle_frames", "images", "video"),
            lambda v: not (has_frames(v) and (v.images or v.video is not None)),
        ),
        Rule(
            "The prompt must name each reference: @image1, @image2 ... for images or middle_frames, @video1 for the "
            "video.",
            ("prompt", "images", "middle_frames", "video"),
            names_references,
        ),
        Rule(
            "middle_times must list a whole second within the video for each of middle_frames, for example 2, 4, or be "
            "empty.",
            ("middle_times", "middle_frames", "duration"),
            are_times,
        ),
        Rule(
            "extend and images cannot be combined: disconnect images, or set video_use to reference.",
            ("video_use", "images", "video"),
            lambda v: v.video is None or v.video_use == "reference" or not v.images,
        ),
        video_lasts(0, 15),
        Rule(
            "Up to 3 images are accepted: disconnect the fourth.",
            ("images",),
            lambda v: len(v.images) <= 3,
        ),
        Rule(
            "With a reference video, duration must be 10 or less.",
            ("video", "video_use", "duration"),
            lambda v: v.video is None or v.video_use != "reference" or v.duration <= 10,
        ),
    ),
    price=Price(key=row, units=lambda v: v.duration),
    final=final_at("1080p"),
)
