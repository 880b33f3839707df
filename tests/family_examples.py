"""For each family a small request that it accepts, a rich one, and for each rule one that it refuses."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from apimart.flow.model import AudioData, Choice, Cut, Measure, Shot, Size, Text, VideoData, VideoInput
from family_gaps import gaps_in_facts
from journeys import FAMILIES, picture

RATE = 16000
PAGES = ("APIMartKlingMotionControl", "APIMartSora2", "APIMartVeo31")
# A family that lacks facts is named by test_adding_a_family.py; there is nothing to hold it against yet.
NEW = [family for name, family in FAMILIES.items() if name not in PAGES and not gaps_in_facts(family)]
SHOTS = Cut("2 shots", (Shot("a door opens", 2), Shot("a hand", 3)))
JOB = '{"task_id": "task_01JNXXXXXXXXXXXXXXXXXX", "status": "completed"}'


def sound(seconds=2.0, seed=0):
    time = np.arange(int(seconds * RATE), dtype=np.float32) / RATE
    return AudioData(np.sin(time * (300 + 50 * seed) * 2 * np.pi)[None] * 0.4, RATE)


def clip(seconds=4.0, width=640, height=360, seed=0, size=1_000_000):
    """A clip that was measured already, at an address nobody asks."""
    measure = Measure(
        seconds, round(seconds * 24), Fraction(24), Size(width, height), "mp4", "h264", size, True, seconds
    )
    return VideoData(url=f"https://example.com/{seed}.mp4", content=f"clip {seed}", measure=measure)


def pictures(count, width=640, height=480):
    return tuple(picture(width, height, seed) for seed in range(count))


def small(family, model, place):
    """What every socket and text that must be there needs; `place` is the address of a clip."""
    found = {"model": model} if isinstance(family.input("model"), Choice) else {"model": "kling-v3"}
    for one in family.inputs:
        if isinstance(one, Text) and one.id == "prompt":
            found[one.id] = "a lighthouse in the rain"
        if isinstance(one, VideoInput) and one.required:
            found[one.url_input] = place
        elif getattr(one, "required", False) and one.id == "images":
            found[one.id] = pictures(2)
    return {**found, **NEEDED.get(family.node_id, {}), **NEEDED_BY_MODEL.get(model, {})}


NEEDED = {"APIMartMiniMaxH3Upscale": {"source_job": JOB}, "APIMartVeo31Extend": {"source_job": JOB}}
NEEDED_BY_MODEL = {
    "MiniMax-Hailuo-2.3-Fast": {"first_frame": picture(seed=1)},
    "wan2.6-i2v-flash": {"image": picture(seed=1)},
}

# What is said to each family with as much connected as goes together; clips are put in by the test.
FRAMES = {"first_frame": picture(seed=1), "last_frame": picture(seed=2)}
RICH: dict[str, dict[str, Any]] = {
    "APIMartFlux3Video": {"images": pictures(10), "draft": True, "aspect_ratio": "21:9"},
    "APIMartGeminiOmni": {"images": pictures(3), "generation_type": "reference", "nsfw_check": True},
    "APIMartGeminiOmni11": {**FRAMES, "resolution": "1080p"},
    "APIMartGeminiOmniOfficial": {"images": pictures(3), "source_job": JOB},
    "APIMartGrokImagine": {"images": pictures(2)},
    "APIMartGrokImagineOfficial": {"images": pictures(1), "model": "grok-imagine-video-1.5", "nsfw_check": True},
    "APIMartHailuo02": FRAMES,
    "APIMartHailuo23": {"first_frame": picture()},
    "APIMartHappyHorse": {"images": pictures(4), "seed": 3},
    "APIMartKling26": {**FRAMES, "mode": "pro"},
    "APIMartKling3": {"prompt": "a house", "shots": SHOTS, "audio": True, **FRAMES},
    "APIMartKling3Turbo": {"first_frame": picture()},
    "APIMartKlingOmni": {"images": pictures(3), **FRAMES, "audio": True, "mode": "pro", "shots": SHOTS},
    "APIMartMiniMaxH3": {"images": pictures(7), "sounds": (sound(),), "aspect_ratio": "adaptive", "nsfw_check": True},
    "APIMartMiniMaxH3Max": {"images": pictures(2), "sounds": (sound(),), "aspect_ratio": "1:1", "watermark": True},
    "APIMartMiniMaxH3Upscale": {},
    "APIMartPixVerse6": {**FRAMES, "duration": 8, "audio": True},
    "APIMartSeedance1": {**FRAMES, "audio": True},
    "APIMartSeedance2": {"images": pictures(3), "sounds": (sound(), sound(seed=1)), "web_search": True},
    "APIMartSeedance25": {
        "images": pictures(2),
        "sounds": (sound(),),
        "task": "reference",
        "nsfw_check": True,
        "web_search": True,
    },
    "APIMartSkyReels4": {"images": pictures(2), "prompt": "@image1 meets @image2"},
    "APIMartVeo31Channel": {"images": pictures(3), "generation_type": "reference", "resolution": "4k"},
    "APIMartVeo31Extend": {"new_part_only": True, "resolution": "1080p"},
    "APIMartVideo": {"images": pictures(2), "parameters": '{"mode": "pro", "duration": 7}'},
    "APIMartViduQ3": FRAMES,
    "APIMartViduQ3Reference": {"images": pictures(7)},
    "APIMartWan25": {"image": picture(), "sound": sound(), "prompt_extend": False, "audio": False, "seed": 7},
    "APIMartWan26": {"image": picture(), "sound": sound(3), "watermark": True, "template": "storm"},
    "APIMartWan27": {**FRAMES, "sound": sound()},
    "APIMartWan27Edit": {
        "images": pictures(4),
        "audio_setting": "origin",
        "size": "9:16",
        "seed": 7,
        "watermark": True,
    },
    "APIMartWan27Reference": {"images": pictures(3), "first_frame": picture(seed=7), "watermark": True},
    "APIMartWan3": {
        "images": pictures(10),
        "sounds": (sound(),),
        "duration": -1,
        "generation_type": "reference",
        "link_url": "https://example.com/page",
        "nsfw_check": True,
        "watermark": True,
    },
}

# For each rule, in the order of the family's rules, what makes it say no; everything else stays as in `small`.
LAST_ALONE = {"last_frame": picture()}
LONG = {"prompt": "x" * 30001}
LONG_NEGATIVE = {"negative_prompt": "x" * 501}
BROKEN: dict[str, list[dict[str, Any]]] = {
    "APIMartFlux3Video": [
        {"prompt": " "},
        {"draft": True, "draft_job": JOB},
        {"draft_job": "my clip"},
        {"draft_job": JOB, "images": pictures(1)},
        {"draft": True, "resolution": "fhd"},
        {"images": pictures(1), "video": clip()},
    ],
    "APIMartGeminiOmni": [{"images": pictures(2)}, {"images": pictures(3)}],
    "APIMartGeminiOmni11": [
        {"prompt": " "},
        LAST_ALONE,
        {"video": clip(), "images": pictures(1)},
        {"video": clip(11)},
        {"source_job": "my clip"},
    ],
    "APIMartGeminiOmniOfficial": [{"video": clip(25)}, {"source_job": "my clip"}],
    "APIMartGrokImagine": [],
    "APIMartGrokImagineOfficial": [
        {"resolution": "1080p"},
        {"model": "grok-imagine-video-1.5", "video": clip()},
        {"model": "grok-imagine-video-1.5", "prompt": "x" * 8001},
        {"nsfw_check": True},
    ],
    "APIMartHailuo02": [{"resolution": "1080p", "duration": 10}, LAST_ALONE],
    "APIMartHailuo23": [{"resolution": "1080p", "duration": 10}, {"model": "MiniMax-Hailuo-2.3-Fast"}, LONG],
    "APIMartHappyHorse": [
        {"prompt": " "},
        {"first_frame": picture(), "images": pictures(1)},
        {"video": clip()},
        {"video": clip(), "images": pictures(6)},
        {"video": clip(16)},
        LONG,
    ],
    "APIMartKling26": [{"audio": True}, LAST_ALONE, FRAMES, LONG],
    "APIMartKling3": [
        {"prompt": ""},
        LAST_ALONE,
        {"shots": SHOTS, "duration": 6},
    ],
    "APIMartKling3Turbo": [
        {"prompt": ""},
        LONG,
        {"first_frame": picture(200, 300)},
        {"first_frame": picture(900, 300)},
    ],
    "APIMartKlingOmni": [
        {"model": "kling-video-o1", "duration": 7},
        {"model": "kling-video-o1", "mode": "4k"},
        {"model": "kling-video-o1", "audio": True},
        {"model": "kling-video-o1", "shots": Cut("auto")},
        {"shots": SHOTS, "duration": 6},
        {"model": "kling-video-o1", "prompt": "x" * 2501},
        {"video": clip(), "audio": True},
        LAST_ALONE,
        {"negative_prompt": "x" * 2501},
        {"video": clip(), "images": pictures(5)},
        {"video": clip(11)},
    ],
    "APIMartMiniMaxH3": [
        LONG,
        {**FRAMES, "images": pictures(1)},
        {"aspect_ratio": "adaptive"},
        {"first_frame": picture(200, 300)},
        {"last_frame": picture(900, 300)},
        {"images": (picture(), picture(200, 300))},
        {"videos": (clip(8), clip(8, seed=1))},
        {"sounds": (sound(1),)},
    ],
    "APIMartMiniMaxH3Max": [
        LONG,
        LAST_ALONE,
        {**FRAMES, "images": pictures(1)},
        {"first_frame": picture(200, 300)},
        {**FRAMES, "last_frame": picture(900, 300)},
        {"sounds": (sound(),)},
        {"watermark": True, "resolution": "1080P"},
    ],
    "APIMartMiniMaxH3Upscale": [
        {"source_job": "my clip"},
        {"source_job": '{"task_id": "task_01", "model": "MiniMax-H3-Max"}'},
    ],
    "APIMartPixVerse6": [
        LAST_ALONE,
        {**FRAMES, "duration": 6},
        {"image": picture(), "source_job": JOB},
        {"source_job": "my clip"},
        LONG,
        {"negative_prompt": "x" * 2049},
    ],
    "APIMartSeedance1": [{"model": "seedance-1-0-pro-fast", "audio": True}, LAST_ALONE, {"duration": 3}],
    "APIMartSeedance2": [
        {"prompt": ""},
        {"model": "seedance-2.0-mini", "resolution": "1080p"},
        LAST_ALONE,
        {**FRAMES, "images": pictures(1)},
        {"sounds": (sound(),)},
        {"videos": (clip(8), clip(8, seed=1))},
        {"images": pictures(1), "sounds": (sound(9), sound(9))},
        LONG,
    ],
    "APIMartSeedance25": [
        {"prompt": ""},
        LAST_ALONE,
        {**FRAMES, "images": pictures(1)},
        {**FRAMES, "size": "16:9"},
        {"task": "edit", "videos": (clip(3),), "duration": -1},
        {"task": "extend"},
        {"task": "extend", "videos": (clip(),), "size": "16:9"},
        {"videos": (clip(20), clip(20, seed=1))},
        {"sounds": (sound(1),)},
        LONG,
    ],
    "APIMartSkyReels4": [
        {**FRAMES, "images": pictures(1), "prompt": "@image1"},
        {"images": pictures(2), "prompt": "@image1 alone"},
        {"middle_frames": pictures(2), "middle_times": "2, 9", "prompt": "@image1 then @image2"},
        {"images": pictures(1), "video": clip(), "video_use": "extend", "prompt": "@image1 @video1"},
        {"video": clip(16), "prompt": "@video1"},
        {"images": pictures(4), "prompt": "@image1 @image2 @image3 @image4"},
        {"video": clip(), "prompt": "@video1", "duration": 12},
    ],
    "APIMartVeo31Channel": [
        {"model": "veo3.1-lite", "images": pictures(1)},
        {"model": "veo3.1-quality", "images": pictures(1), "generation_type": "reference"},
        {"images": pictures(3)},
        {"enable_gif": True, "resolution": "1080p"},
    ],
    "APIMartVeo31Extend": [
        {"source_job": "task_01/remix"},
        {"source_job": '{"task_id": "task_01", "model": "veo3.1-lite"}'},
    ],
    "APIMartVideo": [
        {"model": ""},
        {"parameters": "duration: 5"},
        {"parameters": '{"model": "sora-2"}'},
        {"images": pictures(2), "image_parameter": "image_url"},
        {"videos": (clip(), clip(seed=1)), "video_parameter": "video_url"},
        {"sounds": (sound(), sound(seed=1)), "sound_parameter": "audio_url"},
    ],
    "APIMartViduQ3": [{"prompt": " "}, LAST_ALONE, LONG],
    "APIMartViduQ3Reference": [
        {"model": "viduq3", "duration": 2},
        {"model": "viduq3-mix", "resolution": "540p"},
        {"images": pictures(1, 100, 200)},
        {"images": pictures(1, 900, 200)},
        LONG,
    ],
    "APIMartWan25": [{"resolution": "480p", "size": "4:3"}, {"negative_prompt": "x" * 501}],
    "APIMartWan26": [
        {"prompt": ""},
        {"duration": 7},
        {"model": "wan2.6-i2v-flash"},
        {"image": picture(200, 300)},
        {"sound": sound(2)},
        {"model": "wan2.6-i2v-flash", "image": picture(), "sound": sound(3), "audio": False},
        LONG_NEGATIVE,
    ],
    "APIMartWan27": [{"prompt": ""}, LAST_ALONE, {"first_frame": picture(), "video": clip()}, LONG, LONG_NEGATIVE],
    "APIMartWan27Edit": [
        {"duration": 1},
        {"video": clip(11)},
        {"video": clip(width=200)},
        {"video": clip(width=4000, height=400)},
        {"duration": 9},
        LONG,
        LONG_NEGATIVE,
    ],
    "APIMartWan27Reference": [
        {"images": ()},
        {"videos": (clip(),), "duration": 12},
        {"videos": (clip(31),)},
        {"videos": (clip(width=200),)},
        LONG,
        LONG_NEGATIVE,
    ],
    "APIMartWan3": [
        {"prompt": ""},
        LONG,
        {"duration": 1},
        LAST_ALONE,
        {**FRAMES, "images": pictures(1)},
        {"generation_type": "frame", "images": pictures(3)},
        {"file_url": "https://example.com/a.pdf", "link_url": "https://example.com/"},
        {"first_frame": picture(200, 300)},
        {**FRAMES, "last_frame": picture(200, 300)},
        {"images": (picture(200, 300),)},
        {"videos": (clip(8), clip(8, seed=1))},
        {"sounds": (sound(0.5),)},
        {"videos": (clip(10),), "duration": 25},
    ],
}
NEEDED["APIMartWan27Reference"] = {"images": pictures(1)}
