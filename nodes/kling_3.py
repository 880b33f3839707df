"""Kling 3.0: clips from a prompt, a first frame, or a first and a last frame; several shots in one clip.

Source: https://docs.apimart.ai, Kling v3 (English and Chinese editions), and the schemas that clients made from it.
"""

from ..flow.model import Choice, Family, Flag, Json, Number, Picture, Price, Rule, Text, Values, timed_lines


def shots(text: str) -> Json:
    return [
        {"index": index, "prompt": words, "duration": seconds}
        for index, (seconds, words) in enumerate(timed_lines(text), 1)
    ]


def is_scripted(values: Values) -> bool:
    return bool(values.multi_shot and values.shot_type == "customize")


def row(values: Values) -> str:
    """The catalogue calls the row of std with sound just `sound`."""
    if not values.audio:
        return str(values.mode)
    return "sound" if values.mode == "std" else f"{values.mode}-sound"


FAMILY = Family(
    node_id="APIMartKling3",
    title="APIMart Kling 3.0",
    description="Clips of 3 to 15 s from a prompt, a first frame, or a first and a last frame, in one or several "
    "shots. Billed by the seconds asked for.",
    search_aliases=("kling", "kling 3", "first last frame", "multi shot", "text to video", "image to video"),
    inputs=(
        Text(id="prompt", help="What the clip should show. Not needed when every shot is written by hand."),
        Choice(id="model", options=("kling-v3",), default="kling-v3", help="The model."),
        Text(id="negative_prompt", help="Optional: what should not appear."),
        Choice(
            id="mode",
            options=("std", "pro", "4k"),
            default="std",
            help="std renders 720p, pro 1080p and 4k 4K; each costs more than the one before.",
        ),
        Number(id="duration", default=5, minimum=3, maximum=15, help="Seconds of clip, 3 to 15; each is billed."),
        Choice(
            id="aspect_ratio",
            options=("16:9", "9:16", "1:1"),
            default="16:9",
            sent_if=lambda v: v.first_frame is None,
            help="The shape of the clip. With a first frame the clip follows it and this is not sent.",
        ),
        Picture(
            id="first_frame",
            wire="image_urls",
            in_list=True,
            formats=("png", "jpeg"),
            help="Optional: the picture the clip starts with. PNG or JPEG up to 20 MB is made from it.",
        ),
        Picture(
            id="last_frame",
            wire="image_urls",
            in_list=True,
            formats=("png", "jpeg"),
            help="Optional: the picture the clip ends with; needs first_frame.",
        ),
        Flag(id="audio", default=False, help="Make a sound track; costs more in std and pro."),
        Flag(id="multi_shot", default=False, help="Make a clip of several shots."),
        Choice(
            id="shot_type",
            options=("intelligence", "customize"),
            default="intelligence",
            sent_if=lambda v: bool(v.multi_shot),
            help="With multi_shot: intelligence cuts the prompt by itself, customize takes the shots below.",
        ),
        Text(
            id="shots",
            wire="multi_prompt",
            encode=shots,
            sent_if=is_scripted,
            placeholder="3: a door opens\n2: close-up of the hand",
            help="With customize: 1 to 6 shots, one per line, as seconds, colon and text of up to 512 characters. "
            "The seconds add up to duration.",
        ),
        Flag(id="watermark", default=False, help="Put the provider's watermark into the picture."),
    ),
    rules=(
        Rule(
            "prompt is empty: write what the clip should show, or write shots with multi_shot and customize.",
            ("prompt", "multi_shot", "shot_type"),
            lambda v: bool(v.prompt.strip()) or is_scripted(v),
        ),
        Rule(
            "last_frame needs a first_frame: connect one, or take last_frame away.",
            ("first_frame", "last_frame"),
            lambda v: v.last_frame is None or v.first_frame is not None,
        ),
        Rule(
            "customize needs 1 to 6 shots, one per line, each like `3: a door opens`.",
            ("shots", "multi_shot", "shot_type"),
            lambda v: (
                not is_scripted(v)
                or (
                    1 <= len(timed_lines(v.shots)) <= 6
                    and all(seconds and words for seconds, words in timed_lines(v.shots))
                )
            ),
        ),
        Rule(
            "A shot takes 512 characters; one of these is longer.",
            ("shots", "multi_shot", "shot_type"),
            lambda v: not is_scripted(v) or all(len(words) <= 512 for _, words in timed_lines(v.shots)),
        ),
        Rule(
            "The seconds of the shots must add up to duration.",
            ("shots", "duration", "multi_shot", "shot_type"),
            lambda v: not is_scripted(v) or sum(seconds for seconds, _ in timed_lines(v.shots)) == v.duration,
        ),
    ),
    price=Price(key=row, units=lambda v: v.duration),
)
