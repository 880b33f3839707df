"""SkyReels V4: clips from a prompt, from frames, or from pictures and a clip that the prompt refers to.

Source: https://docs.apimart.ai, SkyReels V4 (English and Korean editions), and item forms that clients made from it.
"""

from ..flow.model import Choice, Clip, Family, Flag, Json, Number, Picture, Price, Rule, Text, Values


def has_frames(values: Values) -> bool:
    return values.first_frame is not None or values.last_frame is not None


def row(values: Values) -> str:
    resolution = str(values.resolution).upper()
    return f"{resolution}-video" if values.video is not None else resolution


def names_references(values: Values) -> bool:
    tags = [f"@image{number}" for number in range(1, len(values.images) + 1)]
    return all(tag in values.prompt for tag in [*tags, *(["@video1"] if values.video is not None else [])])


def shaped(body: dict[str, Json]) -> dict[str, Json]:
    """Each reference is an object with the tag that the prompt calls it by."""
    kept = {name: value for name, value in body.items() if name != "video_use"}
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
    description="Clips of 3 to 15 s from a prompt, from a first and a last frame, or from pictures and a clip that the "
    "prompt calls by tags. Billed by the seconds asked for; more with a clip.",
    search_aliases=("skyreels", "skywork", "reference to video", "first last frame", "extend"),
    shape=shaped,
    inputs=(
        Text(
            id="prompt",
            required=True,
            help="What the clip should show; must name each reference by its tag: an at sign and image1, image2 ... or "
            "video1.",
        ),
        Choice(
            id="model",
            options=("skyreels-v4-fast", "skyreels-v4-std"),
            default="skyreels-v4-fast",
            help="std is better, slower and costs more.",
        ),
        Number(id="duration", default=5, minimum=3, maximum=15, help="Seconds of clip, 3 to 15; each is billed."),
        Choice(
            id="resolution",
            options=("480p", "720p", "1080p"),
            default="720p",
            help="A higher resolution costs more.",
        ),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16", "1:1", "4:3", "3:4"),
            default="16:9",
            sent_if=lambda v: not has_frames(v),
            help="The shape of the clip. With frames the clip follows them and this is not sent.",
        ),
        Picture(
            id="first_frame",
            wire="first_frame_image",
            formats=("png", "jpeg"),
            help="Optional: the picture the clip starts with. Not together with images or video.",
        ),
        Picture(
            id="last_frame",
            wire="end_frame_image",
            formats=("png", "jpeg"),
            help="Optional: the picture the clip ends with.",
        ),
        Picture(
            id="images",
            wire="ref_images",
            many=4,
            formats=("png", "jpeg"),
            help="Optional: up to 4 pictures; the prompt calls them an at sign and image1, image2 ...",
        ),
        Clip(
            id="video",
            wire="ref_videos",
            in_list=True,
            help="Optional: a clip of up to 15 s; the prompt calls it an at sign and video1. Costs more.",
        ),
        Choice(
            id="video_use",
            options=("reference", "extend"),
            default="reference",
            sent_if=lambda v: v.video is not None,
            help="reference takes the clip's motion over; extend goes on from its end and excludes images.",
        ),
        Flag(id="prompt_optimizer", default=True, help="Let the provider write the prompt out."),
    ),
    rules=(
        Rule(
            "Frames and references exclude each other: take first_frame and last_frame away, or images and video.",
            ("first_frame", "last_frame", "images", "video"),
            lambda v: not (has_frames(v) and (v.images or v.video is not None)),
        ),
        Rule(
            "The prompt must name each reference: @image1, @image2 ... for images and @video1 for the clip.",
            ("prompt", "images", "video"),
            names_references,
        ),
        Rule(
            "extend excludes images: take them away, or set video_use to reference.",
            ("video_use", "images", "video"),
            lambda v: v.video is None or v.video_use == "reference" or not v.images,
        ),
        Rule(
            "The clip lasts {v.video.seconds:.5g} s; up to 15 s are taken. The node APIMart Reference Video trims it.",
            ("video",),
            lambda v: v.video.seconds <= 15.05,
        ),
    ),
    price=Price(key=row, units=lambda v: v.duration),
)
