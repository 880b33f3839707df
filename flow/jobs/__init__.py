"""Jobs, requested by nodes and pages, and run to completion by one runner per process, even if nobody waits."""

from .account import Account
from .download import files_of
from .export import purchases_csv
from .job import NOT_SUBMITTED, Job
from .polling import expected_seconds, wait_before_poll
from .progress import Ended, Event, OnProgress, Outcome, Progress
from .purchase import Purchase
from .reconcile import OTHERS, Report, known_report, reconcile, reconcile_daily, report_csv
from .runner import Runner

__all__ = [
    "NOT_SUBMITTED",
    "OTHERS",
    "Account",
    "Ended",
    "Event",
    "Job",
    "OnProgress",
    "Outcome",
    "Progress",
    "Purchase",
    "Report",
    "Runner",
    "expected_seconds",
    "files_of",
    "known_report",
    "purchases_csv",
    "reconcile",
    "reconcile_daily",
    "report_csv",
    "wait_before_poll",
]
