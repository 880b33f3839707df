"""Brings a job of the account home, wherever it was submitted."""

from ..flow.model import VIDEO_OUTPUTS, Text, Utility

UTILITY = Utility(
    work="collect a job",
    node_id="APIMartCollectJob",
    title="APIMart Collect Job",
    description="Waits for a job of your account, wherever it was submitted, and gives its clip; free.",
    search_aliases=("task id", "resume", "download"),
    inputs=(
        Text(
            id="task_id",
            help="The job's id at APIMart, like task_01K8SGYNNNVBQT...",
            required=True,
            multiline=False,
        ),
    ),
    outputs=VIDEO_OUTPUTS,
    gives_several=True,
    notes=(
        "The id stands in the `job` output of the node that bought the clip, in the APIMart sidebar, in every error "
        "that knows it, and in the console at apimart.ai. The job must belong to the account whose key is set.",
        "When you press Cancel the node stops at once. The job goes on at APIMart; queue again to collect it.",
    ),
    troubles=(
        (
            "The provider knows no such task.",
            "Check the id, and that the key is of the account that bought the job.",
        ),
        (
            "The job ended without a result.",
            "Failed jobs are not charged; the message says the provider's reason.",
        ),
        ("The job did not end while the node waited.", "Queue again: it goes on waiting."),
        (
            "The result's link is dead and no copy is kept here.",
            "The clip cannot be had any more; links expire at the provider, so collect early.",
        ),
    ),
)
