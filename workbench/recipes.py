"""What the example workflow of each family shows: typical for it, cheap, and in the sandbox runnable as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PICTURE, INVERTED = ("picture",), ("inverted",)
BOTH = ("picture", "inverted")
CLIP, SOUND = ("APIMartSeedance1 video",), ("APIMartSeedance1 audio",)
FITTED = ("fitted",)
MORPH = {"first_frame": PICTURE, "last_frame": INVERTED}


@dataclass(frozen=True)
class Recipe:
    """`values` differ from the node's defaults; `wires` names what goes into a socket, one source for each place."""

    name: str
    shows: str
    values: Mapping[str, Any]
    wires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Chain:
    """Shots of one family, each begun with the last frame of the one before."""

    name: str
    shows: str
    node_id: str
    prompts: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A shot list, and the family that buys its rows."""

    name: str
    shows: str
    node_id: str
    table: str


@dataclass(frozen=True)
class Takes:
    """Takes of one request, and a choice among them."""

    name: str
    shows: str
    node_id: str
    prompt: str
    count: int


TABLE = Table(
    "shot_list",
    "A table of shots, as pasted from a spreadsheet: each row is charged once and saved under its name. A row that "
    "fails is skipped, the others continue. Run again to generate, and pay for, only what is missing.",
    "APIMartKling3Turbo",
    "name,prompt,seconds,take\n"
    "shot_010,A harbour at dawn with gulls over still water,5,0\n"
    "shot_020,A fisherman mends a net on the quay,3,0\n"
    "shot_030,The boat leaves the harbour in golden light,4,0\n",
)
CHAIN = Chain(
    "three_chained_shots",
    "Three shots, each started with the last frame of the one before. Change the third prompt and run again: the first "
    "two are already paid, only the third is purchased.",
    "APIMartKling3Turbo",
    (
        "A tin robot walks along a windowsill towards an open window, morning light.",
        "The robot looks out of the window, the camera turns to show the city below.",
        "The robot opens a paper umbrella and steps out into the wind.",
    ),
)
TAKES = Takes(
    "three_takes",
    "Three takes of one request, and a choice among them. Mark the three in the APIMart sidebar and compare them; then "
    "choose with the two switches, and the chosen take is saved as the final one. Choosing again costs nothing.",
    "APIMartKling3Turbo",
    "A hummingbird hovers before a hibiscus, slow motion, morning light, shallow focus.",
    3,
)
RECIPES = {
    "APIMartFlux3Video": Recipe(
        "flux_3_video",
        "FLUX 3 animates an image.",
        {"prompt": "The camera circles slowly around the scene, dust in the light."},
        {"images": PICTURE},
    ),
    "APIMartGeminiOmni": Recipe(
        "gemini_omni",
        "Gemini Omni: a video from a first frame.",
        {"prompt": "Wind rises, leaves swirl through the scene; a low hum grows.", "duration": 4},
        {"images": PICTURE},
    ),
    "APIMartGeminiOmni11": Recipe(
        "gemini_omni_1_1",
        "Gemini Omni 1.1: a video from a first frame.",
        {"prompt": "The scene wakes up, light moves over it from left to right."},
        {"first_frame": PICTURE},
    ),
    "APIMartGeminiOmniOfficial": Recipe(
        "gemini_omni_official",
        "Gemini Omni: a video from a reference image.",
        {"prompt": "The same scene at night, rain on the ground, distant thunder."},
        {"images": PICTURE},
    ),
    "APIMartGrokImagine": Recipe(
        "grok_imagine",
        "Grok Imagine animates an image, with audio.",
        {"prompt": "The scene comes alive, a gentle push in, birds in the distance."},
        {"images": PICTURE},
    ),
    "APIMartGrokImagineOfficial": Recipe(
        "grok_imagine_official",
        "Grok Imagine: a video with audio from a prompt.",
        {"prompt": "A tin robot waters a plant on a windowsill, morning sun, soft whirring."},
    ),
    "APIMartHailuo02": Recipe(
        "hailuo_02",
        "Hailuo 02: from a first to a last frame, here an image and its negative.",
        {"prompt": "The colours turn inside out, slowly and evenly."},
        MORPH,
    ),
    "APIMartHailuo23": Recipe(
        "hailuo_2_3",
        "Hailuo 2.3: a video from a first frame.",
        {"prompt": "The camera pulls back and up until the whole valley is seen."},
        {"first_frame": PICTURE},
    ),
    "APIMartHappyHorse": Recipe(
        "happyhorse",
        "HappyHorse edits a video from another node; no media store is required in between.",
        {"prompt": "The same motion in winter, snow falls.", "model": "happyhorse-1.0"},
        {"video": CLIP},
    ),
    "APIMartKling26": Recipe(
        "kling_2_6",
        "Kling 2.6: from a first to a last frame, here an image and its negative.",
        {"prompt": "The light changes from day to an unreal night.", "mode": "pro"},
        MORPH,
    ),
    "APIMartKling3": Recipe(
        "kling_3",
        "Kling 3.0 splits a prompt into several shots; select a number of shots to write each one.",
        {"prompt": "A door opens; close-up of a hand on the handle; a wide view of the empty hall.", "shots": "auto"},
        {"first_frame": PICTURE},
    ),
    "APIMartKling3Turbo": Recipe(
        "kling_3_turbo",
        "Kling 3.0 Turbo: a video from a first frame.",
        {"prompt": "A slow push in, mist drifts through the scene."},
        {"first_frame": PICTURE},
    ),
    "APIMartKlingOmni": Recipe(
        "kling_omni",
        "Kling Omni adds an image to a video from another node.",
        {"prompt": "The figure from <<<image_1>>> walks through the scene of the video."},
        {"images": PICTURE, "video": CLIP},
    ),
    "APIMartMiniMaxH3": Recipe(
        "minimax_h3",
        "MiniMax H3 with reference image, video and audio.",
        {"prompt": "A dancer turns in a wide landscape, slow music fills the place."},
        {"images": PICTURE, "videos": CLIP, "sounds": SOUND},
    ),
    "APIMartMiniMaxH3Max": Recipe(
        "minimax_h3_max",
        "MiniMax H3 Max: from a first to a last frame, here an image and its negative.",
        {"prompt": "Ink spreads across the image until every color is inverted."},
        MORPH,
    ),
    "APIMartMiniMaxH3Upscale": Recipe(
        "minimax_h3_upscale",
        "A 768P video of MiniMax H3 rendered again in 2K: connect job to source_job.",
        {},
        {"source_job": ("APIMartMiniMaxH3 job",)},
    ),
    "APIMartPixVerse6": Recipe(
        "pixverse_6",
        "PixVerse: a video from an image.",
        {"prompt": "Paper cut-outs of the scene fold up and unfold again."},
        {"image": PICTURE},
    ),
    "APIMartSeedance1": Recipe(
        "seedance_1",
        "Seedance: a video with audio from a prompt.",
        {"prompt": "A dancer turns around and waves to slow music, cinematic light.", "audio": True},
    ),
    "APIMartSeedance2": Recipe(
        "seedance_2",
        "Seedance 2.0 with two reference images and a reference video from another node.",
        {"prompt": "The dancer from the video moves through the setting of the first image."},
        {"images": BOTH, "videos": CLIP},
    ),
    "APIMartSeedance25": Recipe(
        "seedance_2_5",
        "Seedance 2.5: a video with audio from reference images.",
        {"prompt": "The setting of the first image turns into that of the second."},
        {"images": BOTH},
    ),
    "APIMartSkyReels4": Recipe(
        "skyreels_4",
        "SkyReels: from a first to a last frame, here an image and its negative.",
        {"prompt": "A wave of light runs through the scene and turns its colours."},
        MORPH,
    ),
    "APIMartVeo31Channel": Recipe(
        "veo_3_1",
        "Veo 3.1 between two frames, billed per video.",
        {"prompt": "Time passes quickly, shadows race over the scene."},
        {"images": BOTH},
    ),
    "APIMartVeo31Extend": Recipe(
        "veo_3_1_extend",
        "A video of Veo 3.1, extended: connect job to source_job.",
        {"prompt": "The camera rises above it all."},
        {"source_job": ("APIMartVeo31Channel job",)},
    ),
    "APIMartVideo": Recipe(
        "any_model",
        "Any model by name, with its parameters as JSON.",
        {"model": "kling-v3", "prompt": "A lighthouse in the rain.", "parameters": '{"mode": "std", "duration": 5}'},
    ),
    "APIMartViduQ3": Recipe(
        "vidu_q3",
        "Vidu Q3: from a first to a last frame, here an image and its negative.",
        {"prompt": "The scene melts and comes together again."},
        MORPH,
    ),
    "APIMartViduQ3Reference": Recipe(
        "vidu_q3_reference",
        "Vidu Q3 combines the subjects of several images.",
        {"prompt": "Both subjects meet on a bridge."},
        {"images": BOTH},
    ),
    "APIMartWan25": Recipe(
        "wan_2_5",
        "Wan 2.5: a video from an image.",
        {"prompt": "A breeze moves through the scene; hair and clothes sway."},
        {"image": PICTURE},
    ),
    "APIMartWan26": Recipe(
        "wan_2_6",
        "Wan 2.6: a video from an image that follows audio, here that of another video.",
        {"prompt": "The scene pulses with the music."},
        {"image": PICTURE, "sound": SOUND},
    ),
    "APIMartWan27": Recipe(
        "wan_2_7",
        "Wan 2.7: from a first to a last frame, here an image and its negative.",
        {"prompt": "Frost grows over the scene."},
        MORPH,
    ),
    "APIMartWan27Edit": Recipe(
        "wan_2_7_edit",
        "Wan 2.7 edits a video from another node; APIMart Reference Video scales it to the limits.",
        {"prompt": "Turn it into a charcoal drawing."},
        {"video": FITTED},
    ),
    "APIMartWan27Reference": Recipe(
        "wan_2_7_reference",
        "Wan 2.7 with a reference image and a reference video from another node.",
        {"prompt": "The dancer from the video performs in the setting of the image."},
        {"images": PICTURE, "videos": CLIP},
    ),
    "APIMartWan3": Recipe(
        "wan_3",
        "Wan 3.0 with reference images and audio.",
        {"prompt": "The scene alternates between the two settings in time with the beat."},
        {"images": BOTH, "sounds": SOUND},
    ),
}
