"""MiniMax H3 regeneration: a finished 768P video of MiniMax H3 once more, in 2K.

Source: https://docs.apimart.ai, MiniMax-H3-Regeneration. The seconds billed are those of the earlier job, which only
the provider knows, so there is no estimate.
"""

from ..flow.model import Family, Price, Rule, model_of
from ..flow.model.shared_inputs import earlier_job, model
from ..flow.model.shared_rules import names_a_job

FAMILY = Family(
    node_id="APIMartMiniMaxH3Upscale",
    title="APIMart MiniMax H3 Upscale",
    description="Renders a finished 768P video of MiniMax H3 again in 2K. Billed per second of that video.",
    search_aliases=("minimax", "hailuo", "h3", "upscale", "regeneration", "2k"),
    inputs=(
        earlier_job(
            wire="source_task_id",
            help="Earlier 768P job of APIMart MiniMax H3. Connect that node's job output, or paste its task ID.",
        ),
        model(
            "MiniMax-H3-Regeneration",
            help="Model to use. The provider lists two prices for it: 0.03432 and 0.045 USD per second.",
        ),
    ),
    rules=(
        names_a_job(of="APIMart MiniMax H3", required=True),
        Rule(
            "Only videos of MiniMax-H3 are accepted: connect the job output of APIMart MiniMax H3.",
            ("source_job",),
            lambda v: model_of(v.source_job) in ("", "MiniMax-H3"),
        ),
    ),
    price=Price(key=lambda v: "", units=lambda v: 0.0),
)
