"""From widgets and sockets to a request that passed every check; nothing leaves this machine here."""

from .asking import ask
from .checking import check, problem_of_value, problems_of_widgets
from .videos import Reader

__all__ = ["Reader", "ask", "check", "problem_of_value", "problems_of_widgets"]
