"""MiniMax H3 regeneration: a finished 768P clip of MiniMax H3 once more, in 2K.

Source: https://docs.apimart.ai, MiniMax-H3-Regeneration. The seconds billed are those of the earlier job, which only
the provider knows, so there is no estimate.
"""

from ..flow.model import Family, Price, Rule, model_of
from ..flow.model.shared_inputs import earlier_job, model
from ..flow.model.shared_rules import names_a_job

FAMILY = Family(
    node_id="APIMartMiniMaxH3Upscale",
    title="APIMart MiniMax H3 Upscale",
    description="Renders a finished 768P clip of MiniMax H3 once more in 2K. Billed by the seconds of that clip.",
    search_aliases=("minimax", "hailuo", "h3", "upscale", "regeneration", "2k"),
    inputs=(
        earlier_job(
            wire="source_task_id",
            help="The earlier 768P job of APIMart MiniMax H3: connect that node's job output, or paste its task id.",
        ),
        model(
            "MiniMax-H3-Regeneration",
            help="The model. Its price is given as 0.03432 USD per second in one place and as 0.045 in another.",
        ),
    ),
    rules=(
        names_a_job(of="APIMart MiniMax H3", required=True),
        Rule(
            "Only a clip of MiniMax-H3 is taken: connect the job output of APIMart MiniMax H3.",
            ("source_job",),
            lambda v: model_of(v.source_job) in ("", "MiniMax-H3"),
        ),
    ),
    price=Price(key=lambda v: "", units=lambda v: 0.0),
)
