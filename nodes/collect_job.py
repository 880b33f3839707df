"""Collects a job of the account, wherever it was submitted."""

from ..flow.model import VIDEO_OUTPUTS, Text, Utility

UTILITY = Utility(
    work="collect a job",
    node_id="APIMartCollectJob",
    title="APIMart Collect Job",
    description="Waits for a job of your account, wherever it was submitted, and returns its video. Free of charge.",
    search_aliases=("task id", "resume", "download"),
    inputs=(
        Text(
            id="task_id",
            help="ID of the job at APIMart, for example task_01K8SGYNNNVBQT...",
            required=True,
            multiline=False,
        ),
    ),
    outputs=VIDEO_OUTPUTS,
    gives_several=True,
    notes=(
        "The task ID is shown in the `job` output of the node that generated the video, in the APIMart sidebar, in "
        "error messages, and in the console at apimart.ai. The job must belong to the account whose API key is set.",
        "When you press Cancel, the node stops immediately. The job continues at APIMart; queue again to collect it.",
    ),
    troubles=(
        (
            "The provider does not know this task.",
            "Check the task ID, and that the API key belongs to the account that submitted the job.",
        ),
        (
            "The job ended without a result.",
            "Failed jobs are not charged; the error message includes the provider's reason.",
        ),
        ("The job did not finish while the node was waiting.", "Queue again to continue waiting."),
        (
            "The download link has expired and there is no local copy.",
            "The video can no longer be retrieved. Links expire at the provider, so collect videos early.",
        ),
    ),
)
