"""A person's journey, of which any number of runs are made."""

from __future__ import annotations

from ..model import Family, Values
from ..watch import Watch
from .means import Means
from .news import Tell
from .steps import Bought, Run


class Journey(Means):
    """What a node asks for: a clip that is bought once, or a job that is only collected."""

    async def run(
        self, family: Family, values: Values, watch: Watch, tell: Tell, *, queue_run: str | None = None
    ) -> Bought:
        """Answer the question that `values` put: from the books if it was bought, else by buying it once."""
        return await Run(self, watch, tell, family, queue_run).answer(values)

    async def collect(self, task_id: str, watch: Watch, tell: Tell, family: Family | None = None) -> Bought:
        """Bring the result of any task of this account; buys nothing. Raises Refused for an unknown task."""
        entry = await watch.thread(lambda: self.adopted(task_id))
        return await Run(self, watch, tell, family, None).collect(entry)
