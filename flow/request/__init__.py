"""From widgets and sockets to a request that has passed every check; nothing is sent."""

from .checking import check, problem_of_value, problems_of_widgets
from .fingerprint import ask
from .videos import Reader

__all__ = ["Reader", "ask", "check", "problem_of_value", "problems_of_widgets"]
