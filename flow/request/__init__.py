"""From widgets and sockets to a request that has passed every check; nothing is sent."""

from .asking import ask
from .checking import check, problem_of_value, problems_of_widgets
from .videos import Reader

__all__ = ["Reader", "ask", "check", "problem_of_value", "problems_of_widgets"]
