"""Process-wide state kept between prompts: settings, ledgers, accounts, the runner, and the sandbox if enabled."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from ..catalogue import known_models, listed_models, models_of, new_models
from ..errors import NotSet, PackError, log
from ..jobs import Account, Event, Runner, reconcile_daily
from ..ledger import Ledger
from ..model import Family
from ..settings import DEFAULT_BASE_URL, Settings, read
from ..wire import Provider
from .families import FAMILIES, NEW_MODELS, offered

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox" / "__main__.py"


class Runtime:
    """State for one data folder and one output folder. `on_event` gets job events; keyword arguments are Account's."""

    def __init__(
        self,
        home: Path,
        output: Path,
        families: Mapping[str, Family],
        on_event: Callable[[Event], None],
        *,
        writes_metadata: bool = True,
        now: Callable[[], float] = time.time,
        pace: float = 1.0,
    ) -> None:
        self.home, self.output = home, output
        self.families, self._on_event, self._now, self._pace = families, on_event, now, pace
        self._writes_metadata = writes_metadata
        self._lock = threading.Lock()
        self._ledgers: dict[str, Ledger] = {}
        self._runner: Runner | None = None
        self._account: Account | None = None
        self._sandbox: tuple[subprocess.Popen[str], str] | None = None
        self._remembered: object = None
        self._refreshing: threading.Thread | None = None

    def now(self) -> float:
        """Return the current time in Unix seconds."""
        return self._now()

    @property
    def settings(self) -> Settings:
        """The settings in effect now."""
        return read(self.home)

    def reached(self) -> Settings:
        """Return the settings with the base URL to use; starts the sandbox if it is on and no base URL is set."""
        found = self.settings
        if found.sandbox and found.base_url == DEFAULT_BASE_URL:
            return replace(found, base_url=self._sandbox_url())
        return found

    @property
    def base_url(self) -> str:
        """The provider's base URL; does not start the sandbox."""
        found = self.settings
        is_started = found.sandbox and found.base_url == DEFAULT_BASE_URL and self._sandbox is not None
        return self._sandbox[1] if is_started and self._sandbox else found.base_url

    def ledger_of(self, found: Settings) -> Ledger:
        """Return the ledger that the settings `found` name; each is opened once."""
        place = found.ledger_url or str(found.home / "ledger.sqlite")
        with self._lock:
            if place not in self._ledgers:
                self._ledgers[place] = Ledger.open(place, now=self._now)
            return self._ledgers[place]

    @property
    def ledger(self) -> Ledger:
        return self.ledger_of(self.settings)

    @property
    def provider(self) -> Provider:
        """A client of the provider with the settings in effect. Raises NotSet without a key."""
        found = self.reached()
        return Provider(found.base_url, found.require_key(), language=found.language)

    @property
    def runner(self) -> Runner:
        with self._lock:
            if self._runner is None:
                self._runner = Runner(self._on_event)
            return self._runner

    def account(self) -> Account:
        """Return the current account, the same object until settings change; jobs keep the account they started with.

        Raises NotSet without a key.
        """
        found = self.reached()
        ledger, runner = self.ledger_of(found), self.runner
        with self._lock:
            if self._account is None or self._account.settings != found:
                self._account = Account(
                    found,
                    ledger,
                    self.output,
                    runner.owner,
                    retired=self._retired,
                    writes_metadata=self._writes_metadata,
                    now=self._now,
                    pace=self._pace,
                )
            account = self._account
        runner.use(account)
        return account

    def learn_models(self) -> None:
        """Offer the models of the cached list that no family declares; sends no request."""
        remembered = known_models(self.base_url, self.ledger)
        if remembered != self._remembered:
            self._remembered = remembered
            NEW_MODELS.clear()
            NEW_MODELS.update(new_models(self.families.values(), remembered))

    def refresh_soon(self) -> None:
        """Start `refresh` in a thread unless it is already running."""
        with self._lock:
            if self._refreshing is None or not self._refreshing.is_alive():
                self._refreshing = threading.Thread(target=self.refresh, name="apimart-daily", daemon=True)
                self._refreshing.start()

    def refresh(self) -> None:
        """Resume what an earlier process left, update the model list, and reconcile the ledger with the charges.

        The latter two at most daily. Without a key, without a network, or while the sandbox is not started, keeps what
        is known and raises nothing.
        """
        try:
            self.learn_models()
            found, base_url = self.settings, self.base_url
            if not found.key or found.problems or (found.sandbox and base_url == DEFAULT_BASE_URL):
                return
            self.account()  # whose jobs that were left are resumed by the runner
            provider, ledger = Provider(base_url, found.key, language=found.language), self.ledger_of(found)
            listed_models(provider, ledger, self.now())
            self.learn_models()
            reconcile_daily(provider, ledger, found, self.now())
        except PackError as error:
            log.info("What the provider offers and charged is not known: %s", error.what)

    def offered(self, family: Family, model: object) -> Family:
        """Return the family, including the models that the provider added if `model` is none that it declares."""
        if model in models_of(family):
            return family
        with suppress(PackError):  # an unknown model is refused by name
            self.learn_models()
        return offered(family)

    def close(self) -> None:
        """Stop the runner and close the ledgers; jobs stay in their current state, as when the process ends."""
        if self._refreshing is not None:
            self._refreshing.join()
        if self._runner is not None:
            self._runner.close()
        for ledger in self._ledgers.values():
            ledger.close()

    @property
    def _retired(self) -> dict[str, str]:
        return {model: why for family in self.families.values() for model, why in family.retired.items()}

    def _sandbox_url(self) -> str:
        with self._lock:
            if self._sandbox is None or self._sandbox[0].poll() is not None:
                self._sandbox = _started_sandbox(self.home)
            return self._sandbox[1]


@cache
def runtime() -> Runtime:
    """Return the runtime of this ComfyUI; its data folder is APIMART_HOME, else in the unserved system user folder."""
    import folder_paths  # imported here because tests serve the routes without ComfyUI
    from comfy.cli_args import args

    from .web.events import tell

    chosen = os.environ.get("APIMART_HOME")
    home = Path(chosen).expanduser() if chosen else Path(folder_paths.get_system_user_directory("apimart"))
    output = Path(folder_paths.get_output_directory())
    return Runtime(home, output, FAMILIES, tell, writes_metadata=not args.disable_metadata)


def _started_sandbox(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Return the sandbox's process and URL. It exits with this process, whose end closes its standard input."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, str(SANDBOX), "--exit-with-parent", "--state", str(folder / "sandbox.json")]
    # An argument list, no shell: our own file, and a path that no prompt can set
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # nosec B603
    atexit.register(process.terminate)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise NotSet("The sandbox did not start.", next_step="See the ComfyUI console for the reason.")
    return process, str(json.loads(line)["url"])
