"""What is submitted for a sum: of each family the cheapest job that the pack lets through, the cheapest first."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from apimart.flow.catalogue import models_of
from apimart.flow.errors import Refused
from apimart.flow.jobs import Account
from apimart.flow.ledger import usd
from apimart.flow.model import Choice, Family, Flag, Number, Values
from apimart.flow.prices import PriceList, current_prices, estimate_usd
from apimart.flow.wire import Provider
from wiring import Wiring

STEPS = 5  # above the least number of an input, which may stand for "the model decides"


@dataclass(frozen=True)
class Job:
    """What is to be submitted of a family, and its estimate."""

    family: Family
    values: Values
    usd: float


class Plan:
    """The `jobs` of one round, the cheapest first. The ledger knows them by `project`; another round has other takes.

    A family without a known price has none, nor has one that continues an earlier job.
    """

    def __init__(
        self, account: Account, provider: Provider, families: Sequence[Family], folder: Path, number: int
    ) -> None:
        self.project, self.families = f"dev.py live {number}", [one for one in families if models_of(one)]
        self._account = account
        prices, wiring = current_prices(provider, account.ledger, time.time()), Wiring(folder)
        found = [job for family in self.families if (job := cheapest(family, wiring, prices))]
        takes = [Job(job.family, job.values.but(take=number), job.usd) for job in found]
        self.jobs = sorted(takes, key=lambda job: job.usd)

    @property
    def spent_usd(self) -> float:
        """What the round has cost so far, an estimate where the cost is not known."""
        return self._account.ledger.project_usd(self._account.settings.realm, self.project)

    def require(self, provider: Provider, spend: float) -> None:
        """Raises Refused for a sum below the cheapest job, and for one above the balance."""
        if not self.jobs:
            raise Refused("Of no chosen family is the price of a job known.", next_step="Choose other families.")
        least = self.jobs[0]
        if spend < least.usd:
            raise Refused(
                f"--spend {usd(spend)} is too little: the cheapest job, of {least.family.title}, is estimated at "
                f"{usd(least.usd)} USD.",
                next_step="Give more, or choose other families.",
            )
        left, possible = provider.balance_usd(), spend - self.spent_usd
        if left is not None and possible > left:
            raise Refused(
                f"--spend may still cost {usd(possible)} USD, and {usd(left)} USD are left.",
                next_step="Give less, or add to the balance at APIMart.",
            )


def cheapest(family: Family, wiring: Wiring, prices: PriceList) -> Job | None:
    """Of all its models, with the fewest sockets connected; None where nothing is taken or no price is known."""
    starts = (wiring.values(family, model=model, fewest=True) for model in models_of(family))
    jobs = (_job(family, values, wiring, prices) for values in starts if values)
    return min((_lowered(job, wiring, prices) for job in jobs if job), key=lambda job: job.usd, default=None)


def _lowered(job: Job, wiring: Wiring, prices: PriceList) -> Job:
    """One widget after the other at whatever makes the job cheapest, until nothing does."""
    while True:
        near = (_job(job.family, values, wiring, prices) for values in _near(job))
        cheaper = min((one for one in near if one), key=lambda one: one.usd, default=job)
        if cheaper.usd >= job.usd:
            return job
        job = cheaper


def _near(job: Job) -> Iterator[Values]:
    for one in job.family.inputs:
        options: Iterable[object] = ()
        if isinstance(one, Choice) and one.id != "model":
            options = one.options
        elif isinstance(one, Number):
            options = range(one.minimum, min(one.minimum + STEPS, one.maximum) + 1)
        elif isinstance(one, Flag):
            options = (True, False)
        yield from (job.values.but(**{one.id: option}) for option in options if option != job.values[one.id])


def _job(family: Family, values: Values, wiring: Wiring, prices: PriceList) -> Job | None:
    request = wiring.request(family, values, lambda read: estimate_usd(prices, family, read))
    return None if request is None or request.estimate_usd is None else Job(family, values, request.estimate_usd)
