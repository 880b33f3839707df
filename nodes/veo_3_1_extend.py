"""Veo 3.1 extension: a finished video of 8 s of the provider's own channel goes on to 15 s.

Source: https://docs.apimart.ai, VEO3 Video Remix (English and Chinese editions); the price is that of the price list's
rows of extensions. The page does not say that keys count at its address, so a lost answer is never answered by a second
submit.
"""

from ..flow.model import Family, Flag, Price, Rule, Text, model_of, task_of
from ..flow.model.shared_inputs import aspect_ratio, earlier_job, model, resolution

TASK = "task_"


def is_named(source_job: str) -> bool:
    """Whether it names a task by an id that stands in the address as one plain word."""
    found = task_of(source_job)
    rest = found.removeprefix(TASK) if isinstance(found, str) and found.startswith(TASK) else ""
    return rest.isascii() and rest.isalnum()


FAMILY = Family(
    node_id="APIMartVeo31Extend",
    title="APIMart Veo 3.1 Extend",
    description="Extends a finished 8 s video of APIMart Veo 3.1 Channel to 15 s. Billed per video.",
    search_aliases=("veo", "google", "extend", "extension", "remix", "continue", "longer"),
    path="/v1/videos/{task_id}/remix",
    inputs=(
        Text(id="prompt", required=True, help="Text prompt describing the added seconds."),
        earlier_job(
            wire="task_id",
            help="Earlier job of APIMart Veo 3.1 Channel. Connect that node's job output, or paste its task ID.",
        ),
        model(
            "veo3.1-fast",
            "veo3.1-quality",
            help="Model of the earlier job. Videos of veo3.1-lite are not accepted: the provider's documentation is "
            "inconsistent.",
        ),
        resolution("720p", "1080p", "4k", help="Resolution of the extended video."),
        aspect_ratio("16:9", "9:16", help="Aspect ratio of the extended video; should match the earlier one."),
        Flag(
            id="new_part_only",
            wire="raw",
            default=False,
            help="Return only the added seconds instead of the whole video.",
        ),
    ),
    rules=(
        Rule(
            "source_job is not a job: connect the job output of APIMart Veo 3.1 Channel, or paste its task ID.",
            ("source_job",),
            lambda v: is_named(v.source_job),
        ),
        Rule(
            "The earlier job used another model: set model to that one. Videos of veo3.1-lite cannot be extended.",
            ("source_job", "model"),
            lambda v: model_of(v.source_job) in ("", v.model),
        ),
    ),
    price=Price(key=lambda v: "EXTEND-4K" if v.resolution == "4k" else "extend", units=lambda v: 1.0),
)
