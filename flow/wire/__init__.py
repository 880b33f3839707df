"""All network access; the only package that imports `requests`."""

from .answers import Fault, fault_of, standing_of, ticket_of
from .guard import check_address
from .provider import Again, NotTaken, Provider
from .reasons import why_declined
from .transfer import Arrival, Credential, Gone, Probe, Transfer, Withheld

__all__ = [
    "Again",
    "Arrival",
    "Credential",
    "Fault",
    "Gone",
    "NotTaken",
    "Probe",
    "Provider",
    "Transfer",
    "Withheld",
    "check_address",
    "fault_of",
    "standing_of",
    "ticket_of",
    "why_declined",
]
