"""The sidebar's line on whether the ledger agrees with what was charged, and the marks of names, in both renderers."""

from __future__ import annotations

import sqlite3
import time

import pytest
from comfy_page import ComfyPage
from comfy_server import ComfyServer
from playwright.sync_api import expect
from sandboxed import Sandbox

SORA, KLING_3 = "APIMartSora2", "APIMartKling3"
TWO_DAYS = 2 * 86400
LABELS = """() => { const { options } = graph.nodes.at(-1).widgets.find((one) => one.name === "model");
  return options.values.map((value) => options.getOptionLabel?.(value) ?? value); }"""


@pytest.fixture
def charged(page: ComfyPage, comfy: ComfyServer, provider: Sandbox, request: pytest.FixtureRequest) -> Sandbox:
    """A job that the ledger and the provider date two days back, on an account charged for nothing else."""
    prompt = f"{request.node.name} of this run"
    page.add(SORA, prompt=prompt)
    page.run()
    page.tab()
    expect(page.job(prompt)).to_contain_text("done", timeout=60_000)
    with sqlite3.connect(comfy.home / "ledger.sqlite") as database:
        earlier = "UPDATE apimart_entries SET sent_at = sent_at - :days, ended_at = ended_at - :days"
        database.execute(earlier, {"days": TWO_DAYS})
        database.execute("DELETE FROM apimart_facts WHERE name LIKE 'bill:%'")
        charges = database.execute("SELECT model, cost_usd, sent_at FROM apimart_entries").fetchall()
    provider.control(forget=True)
    for model, usd, at in charges:
        provider.control(plant_charge={"model": model, "usd": usd, "at": at, "key": "r-01"})
    return provider


def test_the_line_says_that_the_ledger_agrees_and_then_what_it_does_not_know(page: ComfyPage, charged: Sandbox) -> None:
    agreement = page.page.locator(".apimart-agreement")
    agreement.locator("summary").click()
    agreement.get_by_role("button", name="Compare now").click()
    expect(agreement.locator("summary")).to_contain_text("Matches APIMart's charges up to")
    charged.control(plant_charge={"model": "veo3.1-fast", "usd": 0.41, "at": time.time() - TWO_DAYS, "key": "r-01"})
    agreement.get_by_role("button", name="Compare now").click()
    expect(agreement.locator("summary")).to_contain_text("not known here: veo3.1-fast")
    expect(agreement).to_contain_text("another machine or program with the same key")
    page.picture("reconcile")


def ask_again(page: ComfyPage, comfy: ComfyServer, told: str) -> None:
    """The provider's list is asked for although it was today, and the page's lists are refreshed once it is `told`."""
    with sqlite3.connect(comfy.home / "ledger.sqlite") as database:
        database.execute("UPDATE apimart_facts SET value = replace(value, '\"next_at\"', '\"was_next_at\"')")
    comfy.post("/apimart/models/ask", {})
    page.page.wait_for_function(
        f"async () => {{ const told = await (await fetch('/apimart/models')).json(); return {told}; }}"
    )
    page.page.evaluate("() => app.refreshComboInNodes()")


def test_new_and_vanished_names_are_marked_in_the_list(page: ComfyPage, provider: Sandbox, comfy: ComfyServer) -> None:
    page.add(KLING_3, prompt="a house")
    provider.control(added_models={"kling-v3.1": "kling-v3"})
    ask_again(page, comfy, "told.new.APIMartKling3")
    new = "kling-v3.1 (new model, not checked by this pack)"
    page.page.wait_for_function(f"(expected) => ({LABELS})().includes(expected)", arg=new)
    provider.control(retired_models=["kling-v3"])
    ask_again(page, comfy, "told.gone['kling-v3']")
    page.page.wait_for_function(
        f"() => ({LABELS})().some((label) => label.startsWith('kling-v3 (not listed since 20'))"
    )
