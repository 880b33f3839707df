"""All network access; the only package that imports `requests`."""

from .address_guard import check_address
from .answers import Answer, Call, Fault, OnCall, fault_of, standing_of, ticket_of, unheard
from .provider import Again, NotTaken, Provider
from .reasons import why_declined
from .transfer import Arrival, Credential, Gone, Probe, Transfer, Withheld
from .usage import Charged, LoggedJob, MayNotRead

__all__ = [
    "Again",
    "Answer",
    "Arrival",
    "Call",
    "Charged",
    "Credential",
    "Fault",
    "Gone",
    "LoggedJob",
    "MayNotRead",
    "NotTaken",
    "OnCall",
    "Probe",
    "Provider",
    "Transfer",
    "Withheld",
    "check_address",
    "fault_of",
    "standing_of",
    "ticket_of",
    "unheard",
    "why_declined",
]
