"""A video_url that died: what it held is remembered as long as a purchase names it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from apimart.flow.errors import Refused
from apimart.flow.ledger import Entry, Ledger
from apimart.flow.ledger.migrations import migrate
from apimart.flow.model import Address, Question, Values, VideoData
from apimart.flow.request import Reader, ask
from apimart.flow.wire import Transfer
from clips import write_video
from journeys import FAMILIES, defaults, picture
from ledgers import Clock, ended, go_back, intended
from standin import StandIn

pytest_plugins = ["ledger_fixtures"]

KLING = FAMILIES["APIMartKlingMotionControl"]
MONTH_SECONDS = 31 * 86400.0


class Links:
    """Somebody's web server, and the reader that reads its links."""

    def __init__(self, host: StandIn, ledger: Ledger, folder: Path) -> None:
        self._host, self._ledger, self._folder = host, ledger, folder
        self._reader = Reader(Transfer((host.url,)), ledger)

    def serve(self, name: str, frames: int) -> str:
        """The link to a video that no other number of frames gives."""
        clip = write_video(self._folder / f"{name}.mp4", frames=frames)
        return self._host.serve(f"/{name}.mp4", clip.read_bytes())

    def die(self, url: str) -> None:
        self._host.say(url.removeprefix(self._host.url), 404)

    def ask(self, url: str) -> Question:
        values = Values({**defaults(KLING), "image": picture(), "video_url": url})
        return ask(KLING, values, lambda clip: self._reader.identify(clip, self._folder))

    def buy(self, url: str) -> Entry:
        """The entry of a finished job that this link was sent for."""
        question = self.ask(url)
        entry = intended(self._ledger, question.fingerprint)
        self._ledger.write_body(
            entry.id, {"video_url": url}, (Address(url, question.media[-1].content, None, "person"),)
        )
        return self._ledger.keep(ended(self._ledger, question.fingerprint).id, ["/out/1.mp4"])

    def read_another(self, frames: int) -> None:
        """Read a link that was never read before, upon which the ledger forgets old ones."""
        self._reader.identify(VideoData(url=self.serve(f"another-{frames}", frames)), self._folder)


@pytest.fixture
def links(ledger: Ledger, tmp_path: Path) -> Iterator[Links]:
    with StandIn() as host:
        yield Links(host, ledger, tmp_path)


def test_a_video_bought_from_a_link_that_died_is_found_months_later(links: Links, ledger: Ledger, clock: Clock) -> None:
    url = links.serve("motion", 24)
    entry = links.buy(url)
    links.die(url)
    for month in range(3):
        clock.jump(MONTH_SECONDS)
        links.read_another(25 + month)
        assert ledger.find("live", links.ask(url).fingerprint) == entry


def test_a_link_that_no_entry_names_is_forgotten_after_a_month(links: Links, clock: Clock) -> None:
    url = links.serve("motion", 24)
    found = links.ask(url)
    links.die(url)
    clock.jump(MONTH_SECONDS / 2)
    links.read_another(25)
    assert links.ask(url).fingerprint == found.fingerprint
    clock.jump(MONTH_SECONDS)
    links.read_another(26)
    with pytest.raises(Refused, match="HTTP 404"):
        links.ask(url)


def test_a_link_that_is_still_asked_for_is_not_forgotten_meanwhile(links: Links, clock: Clock) -> None:
    url = links.serve("motion", 24)
    found = links.ask(url)
    links.die(url)
    clock.jump(MONTH_SECONDS)
    assert links.ask(url).fingerprint == found.fingerprint
    links.read_another(25)
    assert links.ask(url).fingerprint == found.fingerprint


def test_a_link_that_holds_another_video_asks_another_question(links: Links, ledger: Ledger, clock: Clock) -> None:
    url = links.serve("motion", 24)
    links.buy(url)
    clock.jump(MONTH_SECONDS)
    links.serve("motion", 30)
    assert ledger.find("live", links.ask(url).fingerprint) is None


def test_what_an_earlier_version_remembered_of_links_is_taken_over(links: Links, ledger: Ledger, clock: Clock) -> None:
    url = links.serve("motion", 24)
    entry = links.buy(url)
    go_back(ledger, 2)
    migrate(ledger.store)
    links.die(url)
    clock.jump(MONTH_SECONDS)
    assert ledger.find("live", links.ask(url).fingerprint) == entry
