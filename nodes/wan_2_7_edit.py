"""Wan 2.7 video edit: changes a clip as the prompt and up to four pictures say.

Source: https://docs.apimart.ai, wan2.7-videoedit.
"""

from ..flow.model import Choice, Clip, Family, Flag, Json, Number, Picture, Price, Rule, Text


def metadata(setting: str) -> Json:
    return {"audio_setting": setting}


FAMILY = Family(
    node_id="APIMartWan27Edit",
    title="APIMart Wan 2.7 Edit",
    description="Changes a clip of 2 to 10 s as the prompt and up to 4 pictures say. "
    "Billed by the seconds of the result.",
    search_aliases=("wan", "alibaba", "video edit", "video to video", "restyle"),
    inputs=(
        Text(id="prompt", help="What should change, up to 5,000 characters."),
        Choice(id="model", options=("wan2.7-videoedit",), default="wan2.7-videoedit", help="The model."),
        Clip(
            id="video",
            wire="video_urls",
            in_list=True,
            required=True,
            url_input="video_url",
            help="The clip to edit: 2 to 10 s, sides of 240 to 4096 px, between 1:8 and 8:1, up to 100 MB.",
        ),
        Text(
            id="video_url",
            multiline=False,
            optional=True,
            help="A public direct link to the clip (MP4 or MOV), used instead of the video socket.",
        ),
        Picture(id="images", wire="image_urls", many=4, help="Optional: up to 4 pictures of what it should look like."),
        Number(
            id="duration",
            default=0,
            minimum=0,
            maximum=10,
            help="0 keeps the length of the clip; 2 to 10 cuts it to so many seconds.",
        ),
        Choice(id="resolution", options=("720P", "1080P"), default="720P", help="A higher resolution costs more."),
        Choice(
            id="audio_setting",
            wire="metadata",
            options=("auto", "origin"),
            default="auto",
            encode=metadata,
            help="auto lets the model decide about the sound, origin keeps that of the clip.",
        ),
        Flag(id="prompt_extend", default=True, help="Let the provider write the prompt out."),
    ),
    rules=(
        Rule("duration must be 0 or 2 to 10.", ("duration",), lambda v: v.duration != 1),
        Rule(
            "The clip lasts {v.video.seconds:.5g} s; 2 to 10 s are taken. The node APIMart Reference Video trims it.",
            ("video",),
            lambda v: 2 <= v.video.seconds <= 10.05,
        ),
        Rule(
            "Every side of the clip must be 240 to 4096 px (this one is {v.video.measure.size}).",
            ("video",),
            lambda v: all(240 <= side <= 4096 for side in (v.video.measure.size.width, v.video.measure.size.height)),
        ),
        Rule(
            "The clip must be between 1:8 and 8:1 (this one is {v.video.measure.size}).",
            ("video",),
            lambda v: 1 / 8 <= v.video.measure.size.width / v.video.measure.size.height <= 8,
        ),
        Rule("prompt takes 5,000 characters; this one is longer.", ("prompt",), lambda v: len(v.prompt) <= 5000),
    ),
    price=Price(key=lambda v: v.resolution, units=lambda v: v.duration or v.video.seconds),
)
