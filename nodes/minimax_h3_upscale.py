"""MiniMax H3 regeneration: a finished 768P clip of MiniMax H3 once more, in 2K.

Source: https://docs.apimart.ai, MiniMax-H3-Regeneration. The seconds billed are those of the earlier job, which only
the provider knows, so there is no estimate.
"""

from ..flow.model import Choice, Family, Price, Rule, Text, task_of

FAMILY = Family(
    node_id="APIMartMiniMaxH3Upscale",
    title="APIMart MiniMax H3 Upscale",
    description="Renders a finished 768P clip of MiniMax H3 once more in 2K. Billed by the seconds of that clip.",
    search_aliases=("minimax", "hailuo", "h3", "upscale", "regeneration", "2k"),
    inputs=(
        Text(
            id="source_job",
            wire="source_task_id",
            multiline=False,
            encode=task_of,
            placeholder="task_...",
            help="The earlier 768P job of APIMart MiniMax H3: connect that node's job output, or paste its task id.",
        ),
        Choice(id="model", options=("MiniMax-H3-Regeneration",), default="MiniMax-H3-Regeneration", help="The model."),
    ),
    rules=(
        Rule(
            "source_job names no job: connect the job output of APIMart MiniMax H3, or paste its task id.",
            ("source_job",),
            lambda v: str(task_of(v.source_job)).startswith("task_"),
        ),
    ),
    price=Price(key=lambda v: "", units=lambda v: 0.0),
)
