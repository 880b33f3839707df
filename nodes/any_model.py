"""Any video model of the provider, by its name: what no other node knows, and what comes tomorrow.

Source: https://docs.apimart.ai, the model list and schemas; parameters go over the wire as they are written.
"""

from ..flow.model import AudioInput, Choice, Family, ImageInput, Json, Price, Rule, Text, Values, VideoInput, parsed

OWN = ("parameters", "image_parameter", "video_parameter", "sound_parameter", "images", "videos", "sounds")
FRAMES = ("first_frame_image", "last_frame_image")
ROLES = ("first_frame", "last_frame")
# How many files a parameter takes; image_urls is bounded by its socket, the other lists are not.
MOST = {"image_url": 1, "first_frame_image": 2, "image_with_roles": 2, "video_url": 1, "audio_url": 1}


def parameters_of(values: Values) -> dict[str, Json]:
    found = parsed(values.parameters) if values.parameters.strip() else {}
    return found if isinstance(found, dict) else {}


def is_object(text: str) -> bool:
    return not text.strip() or isinstance(parsed(text), dict)


def is_mergeable(written: Json) -> bool:
    return isinstance(written, dict) and not {"model", "prompt"} & {*written}


def fits(count: int, parameter: str) -> bool:
    return count <= MOST.get(parameter, count)


def placed(urls: Json, parameter: Json) -> dict[str, Json]:
    """Addresses under the chosen parameter: as a list, one alone, a first and a last frame, or with their roles.

    More than it takes stay a list, which a rule refuses.
    """
    if not isinstance(urls, list) or not isinstance(parameter, str):
        return {}
    if not fits(len(urls), parameter):
        return {parameter: urls}
    if parameter == "first_frame_image":
        return dict(zip(FRAMES, urls, strict=False))
    if parameter == "image_with_roles":
        return {parameter: [{"url": url, "role": role} for url, role in zip(urls, ROLES, strict=False)]}
    return {parameter: urls if parameter.endswith("s") else urls[0]}


def shaped(body: dict[str, Json]) -> dict[str, Json]:
    """The written parameters as part of the body; what a rule refuses of them stays as it was written."""
    kept = {name: value for name, value in body.items() if name not in OWN}
    written = body.get("parameters", {})
    for medium in ("image", "video", "sound"):
        kept |= placed(body.get(f"{medium}s"), body.get(f"{medium}_parameter"))
    if isinstance(written, dict) and is_mergeable(written):
        return {**written, **kept}
    return {**kept, "parameters": written}


FAMILY = Family(
    node_id="APIMartVideo",
    title="APIMart Video",
    description="Runs any APIMart video model by name, with the parameters from its documentation. Requests that the "
    "provider's schema does not allow are refused before anything is charged. The price is not known in advance.",
    search_aliases=("any model", "custom", "generic", "json", "new model"),
    any_model=True,
    shape=shaped,
    inputs=(
        Text(id="prompt", help="Text prompt describing the video; not sent when empty."),
        Text(
            id="model",
            multiline=False,
            placeholder="kling-v3",
            help="Model name as listed by APIMart.",
        ),
        Text(
            id="parameters",
            default="{}",
            encode=parsed,
            placeholder='{"duration": 5, "resolution": "720p"}',
            help="All other parameters as one JSON object, named and typed as in the model's documentation.",
        ),
        ImageInput(id="images", many=30, help="Optional: images, sent in the parameter chosen in image_parameter."),
        Choice(
            id="image_parameter",
            options=("image_urls", "image_url", "first_frame_image", "image_with_roles"),
            default="image_urls",
            sent_if=lambda v: bool(v.images),
            help="Name of the model's image parameter. With the last two, the first image is the first frame and the "
            "second the last.",
        ),
        VideoInput(id="videos", many=10, help="Optional: videos, sent in the parameter chosen in video_parameter."),
        Choice(
            id="video_parameter",
            options=("video_urls", "video_url"),
            default="video_urls",
            sent_if=lambda v: bool(v.videos),
            help="Name of the model's video parameter: a list, or a single video.",
        ),
        AudioInput(id="sounds", many=10, help="Optional: audio, sent in the parameter chosen in sound_parameter."),
        Choice(
            id="sound_parameter",
            options=("audio_urls", "audio_url"),
            default="audio_urls",
            sent_if=lambda v: bool(v.sounds),
            help="Name of the model's audio parameter: a list, or a single file.",
        ),
    ),
    rules=(
        Rule(
            "model is empty: enter a model name, for example kling-v3.",
            ("model",),
            lambda v: bool(v.model.strip()) and v.model == v.model.strip(),
        ),
        Rule(
            'parameters must be one JSON object, for example {{"duration": 5}}.',
            ("parameters",),
            lambda v: is_object(v.parameters),
        ),
        Rule(
            "parameters cannot contain model or prompt: use their own widgets.",
            ("parameters",),
            lambda v: is_mergeable(parameters_of(v)),
        ),
        Rule(
            "{v.image_parameter} accepts fewer images: disconnect some, or select image_urls.",
            ("images", "image_parameter"),
            lambda v: fits(len(v.images), v.image_parameter),
        ),
        Rule(
            "video_url accepts one video: disconnect the others, or select video_urls.",
            ("videos", "video_parameter"),
            lambda v: fits(len(v.videos), v.video_parameter),
        ),
        Rule(
            "audio_url accepts one audio input: disconnect the others, or select audio_urls.",
            ("sounds", "sound_parameter"),
            lambda v: fits(len(v.sounds), v.sound_parameter),
        ),
    ),
    price=Price(key=lambda v: "", units=lambda v: 0.0),
)
