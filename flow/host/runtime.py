"""State that the process keeps between prompts: settings, ledgers, accounts, the runner, and the sandbox if enabled."""

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
from functools import cache, cached_property
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
    """One data folder and one output folder. `on_event` hears what happens to jobs; the others are Account's."""

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
        self._account: Account | None = None
        self._sandbox: tuple[subprocess.Popen[str], str] | None = None
        self._remembered: object = None
        self._refreshing: threading.Thread | None = None

    def now(self) -> float:
        """Unix seconds."""
        return self._now()

    @property
    def settings(self) -> Settings:
        """The settings in force now."""
        return read(self.home)

    def reached(self) -> Settings:
        """The settings with the address to talk to; starts the sandbox where one is wanted and none is named."""
        found = self.settings
        if found.sandbox and found.base_url == DEFAULT_BASE_URL:
            return replace(found, base_url=self._sandbox_url())
        return found

    @property
    def base_url(self) -> str:
        """Where the provider is, without starting the sandbox."""
        found = self.settings
        is_started = found.sandbox and found.base_url == DEFAULT_BASE_URL and self._sandbox is not None
        return self._sandbox[1] if is_started and self._sandbox else found.base_url

    def ledger_of(self, found: Settings) -> Ledger:
        """The ledger that those settings name, opened once."""
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
        """The provider as the account in force asks it. Raises NotSet without a key."""
        found = self.reached()
        return Provider(found.base_url, found.require_key(), language=found.language)

    @cached_property
    def runner(self) -> Runner:
        return Runner(self._on_event)

    def account(self) -> Account:
        """The account in force, the same one while the settings are; jobs begun with an earlier one go on with it.

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
        """Offer what the provider listed when it was last asked, beside what the families declare; asks nobody."""
        remembered = known_models(self.base_url, self.ledger)
        if remembered != self._remembered:
            self._remembered = remembered
            NEW_MODELS.clear()
            NEW_MODELS.update(new_models(self.families.values(), remembered))

    def refresh_soon(self) -> None:
        """Have a thread `refresh`; the one under way where there is one."""
        with self._lock:
            if self._refreshing is None or not self._refreshing.is_alive():
                self._refreshing = threading.Thread(target=self.refresh, name="apimart-daily", daemon=True)
                self._refreshing.start()

    def refresh(self) -> None:
        """Ask what holds for a day where the day is over: which models there are, and what was charged.

        Silent without a key, without network, and while the sandbox is not started: then what was known stays.
        """
        try:
            self.learn_models()
            found, base_url = self.settings, self.base_url
            if not found.key or found.problems or (found.sandbox and base_url == DEFAULT_BASE_URL):
                return
            provider, ledger = Provider(base_url, found.key, language=found.language), self.ledger_of(found)
            listed_models(provider, ledger, self.now())
            self.learn_models()
            reconcile_daily(provider, ledger, found, self.now())
        except PackError as error:
            log.info("What the provider offers and charged is not known: %s", error.what)

    def offered(self, family: Family, model: object) -> Family:
        """The family as the provider offers it, where `model` is none that it declares."""
        if model in models_of(family):
            return family
        with suppress(PackError):  # what is not known is refused by its name
            self.learn_models()
        return offered(family)

    def close(self) -> None:
        """Leave every job where it stands, as the end of the process does."""
        if self._refreshing is not None:
            self._refreshing.join()
        if "runner" in self.__dict__:
            self.runner.close()
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
    """That of this ComfyUI. Its data folder is APIMART_HOME, else in the system user folder, which is not served."""
    import folder_paths  # here, because the routes are also served without a ComfyUI, by tests
    from comfy.cli_args import args

    from .web.events import tell

    chosen = os.environ.get("APIMART_HOME")
    home = Path(chosen).expanduser() if chosen else Path(folder_paths.get_system_user_directory("apimart"))
    output = Path(folder_paths.get_output_directory())
    return Runtime(home, output, FAMILIES, tell, writes_metadata=not args.disable_metadata)


def _started_sandbox(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A program of its own that ends with this one: its standard input closes when ours does."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, str(SANDBOX), "--exit-with-parent", "--state", str(folder / "sandbox.json")]
    # A list without a shell, of our own file and a path that no prompt names
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # nosec B603
    atexit.register(process.terminate)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise NotSet("The sandbox did not start.", next_step="See the ComfyUI console for the reason.")
    return process, str(json.loads(line)["url"])
