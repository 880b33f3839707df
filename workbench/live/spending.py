"""What can only be found out with money: the cheapest jobs through the whole journey, up to a sum."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from apimart.flow.errors import Declined, PackError, Refused, Unknown
from apimart.flow.jobs import Account, Outcome, Progress, Runner
from apimart.flow.ledger import Entry, Intent, usd
from apimart.flow.media import measure
from apimart.flow.model import GENERATIONS, Ticket
from apimart.flow.wire import Again, Provider
from family_gaps import module_of

from .plan import Job, Plan
from .recordings import Recorder
from .table import DIFFERS, EXPECTED, UNKNOWN, Table, Verdict

ROUNDING_USD = 0.00005
LATE_SECONDS = 0.6  # a video is a frame or two longer or shorter than requested


class Spending:
    """Submits what is planned, for a project whose sum is its limit in the ledger."""

    def __init__(
        self, account: Account, runner: Runner, provider: Provider, recorder: Recorder, table: Table, plan: Plan
    ) -> None:
        self._account, self._runner, self._provider = account, runner, provider
        self._recorder, self._table, self._plan = recorder, table, plan
        self._ledger, self._limits = account.ledger, account.settings.limits
        self._was_charged_twice = False

    def buy_all(self) -> None:
        """One after the other, so that each is judged by what the ones before really cost.

        A job that a limit refuses ends the list: those behind it cost as much or more.
        """
        left = [module_of(family) for family in self._plan.families]
        for job in self._plan.jobs:
            left.remove(module_of(job.family))
            if not self._bought(job):
                break
        if left:
            why = "the sum is reached, no price is known, or it continues an earlier job"
            self._table.add("left out", lambda: Verdict(UNKNOWN, f"{', '.join(left)}: {why}."))
        self._table.say(f"{usd(self._plan.spent_usd)} USD are spent for {self._plan.project!r}.")

    def _bought(self, job: Job) -> bool:
        """Whether there may be money for another job."""
        submits = self._recorder.submits
        try:
            outcome = asyncio.run(self._carried(job))
        except PackError as error:
            was_submitted = self._recorder.submits > submits
            found = _not_bought(error, was_submitted)
            self._table.add(f"{module_of(job.family)}: job", lambda: found)
            return was_submitted or not isinstance(error, Refused)
        self._tell_of(job, outcome)
        return True

    def _tell_of(self, job: Job, outcome: Outcome) -> None:
        name, entry = module_of(job.family), outcome.entry
        self._table.add(f"{name}: cost", lambda: _cost(outcome))
        self._table.add(f"{name}: video", lambda: _video(job, outcome.files.paths))
        if not outcome.is_reused and self._may_repeat(entry):
            self._table.add(f"{name}: the same key again", lambda: self._repeated(entry))

    async def _carried(self, job: Job) -> Outcome:
        family, values = job.family, job.values
        purchase = await self._runner.local(
            lambda stopped: self._account.purchase(
                family, lambda folder: values, project=self._plan.project, stopped=stopped
            )
        )
        seconds = self._account.settings.wait_seconds
        return await self._runner.ask(purchase, self._account).wait(_tell, seconds=seconds)

    def _may_repeat(self, entry: Entry) -> bool:
        """Where the provider declares that a key is charged once; never again after one was charged twice."""
        if self._was_charged_twice or entry.path != GENERATIONS:
            return False
        try:
            return self._provider.honours_keys(entry.model)
        except PackError:
            return False

    def _repeated(self, entry: Entry) -> Verdict:
        """Send a submit once more under its key, written down before like the purchase that it must not become."""
        twin = self._ledger.intend(_twin(entry), limits=self._limits)[0]
        if twin.unsent:
            self._ledger.write_body(twin.id, entry.body or {})
        if not self._ledger.mark_sent(twin.id, self._runner.owner, limits=self._limits):
            return Verdict(UNKNOWN, f"what became of an earlier repeated submit, {twin.id}, is not resolved.")
        try:
            outcome = self._provider.submit(entry.body or {}, entry.idempotency_key, entry.path)
        except Unknown as error:
            return Verdict(DIFFERS, f"the repeated submit got no answer that tells: {error.what}")
        except PackError:
            self._give_up(twin, "refused")
            raise
        return self._judged(entry, twin, outcome)

    def _judged(self, entry: Entry, twin: Entry, outcome: Ticket | Again) -> Verdict:
        if isinstance(outcome, Ticket) and outcome.task_id != entry.task_id:
            self._ledger.ticket(twin.id, outcome)
            self._was_charged_twice = True
            return Verdict(DIFFERS, f"it was charged twice: as {entry.task_id} and as {outcome.task_id}.")
        if isinstance(outcome, Again):
            self._give_up(twin, "not taken")
            return Verdict(UNKNOWN, f"the provider asks to wait: {outcome.reason}.")
        self._give_up(twin, "the key was honoured")
        return Verdict(EXPECTED, f"answered with the same task {outcome.task_id}.")

    def _give_up(self, twin: Entry, reason: str) -> None:
        self._ledger.unsend(twin.id)
        self._ledger.drop(twin.id, reason)


def _not_bought(error: PackError, was_submitted: bool) -> Verdict:
    """What the provider refuses, or ends without a video, is a difference: the pack let it through."""
    is_no = isinstance(error, Declined) or (was_submitted and isinstance(error, Refused))
    return Verdict(DIFFERS if is_no else UNKNOWN, str(error))


def _twin(entry: Entry) -> Intent:
    return Intent(
        realm=entry.realm,
        fingerprint=f"{entry.fingerprint} repeated",
        family=entry.family,
        model=entry.model,
        account=entry.account,
        estimate_usd=entry.estimate_usd,
        take=entry.take,
        prompt=entry.prompt,
        path=entry.path,
        project=entry.project,
    )


def _cost(outcome: Outcome) -> Verdict:
    entry = outcome.entry
    when = " It is already paid and not charged again." if outcome.is_reused else ""
    if entry.cost_usd is None or entry.estimate_usd is None:
        return Verdict(UNKNOWN, f"{entry.model}: the provider states no cost.{when}")
    said = f"{entry.model}: {usd(entry.cost_usd)} USD, estimated {usd(entry.estimate_usd)}.{when}"
    return Verdict(EXPECTED if abs(entry.cost_usd - entry.estimate_usd) < ROUNDING_USD else DIFFERS, said)


def _video(job: Job, paths: tuple[Path, ...]) -> Verdict:
    """How long the video is and was to be, where an input says so."""
    found = measure(paths[0])
    audio = "with audio" if found.has_audio else "without audio"
    said = f"{found.seconds:.2f} s, {found.size}, {float(found.rate):.4g} fps, {audio}"
    asked = job.values.get("duration")
    if not isinstance(asked, int) or asked <= 0:
        return Verdict(EXPECTED, f"{said}; how long it is the model decides.")
    is_close = abs(found.seconds - asked) <= LATE_SECONDS
    return Verdict(EXPECTED if is_close else DIFFERS, f"{said}; {asked} s were requested.")


def _tell(progress: Progress) -> None:
    print(f"  {progress.line}", file=sys.stderr, flush=True)
