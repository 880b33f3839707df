"""Everything that goes over the network, and the only module that knows `requests`."""

from .answers import Answer, Call, Fault, OnCall, fault_of, standing_of, ticket_of, unheard
from .guard import check_address
from .provider import Again, NotTaken, Provider
from .reasons import why_declined
from .transfer import Arrival, Credential, Gone, Probe, Transfer, Withheld

__all__ = [
    "Again",
    "Answer",
    "Arrival",
    "Call",
    "Credential",
    "Fault",
    "Gone",
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
