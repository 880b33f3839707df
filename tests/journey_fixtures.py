"""A sandbox provider, and a person with folders and a key. A pytest plugin of the tests that name it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from clips import write_video
from databases import own_schema
from journeys import Person
from killed import Forks
from sandboxed import Sandbox


@pytest.fixture(scope="session")
def provider() -> Iterator[Sandbox]:
    """One sandbox for the whole run: small clips, short jobs."""
    with Sandbox(seconds=0.3) as running:
        yield running


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Processes that can be killed."""
    server = Forks()
    yield server
    server.end()


@pytest.fixture
def seller(provider: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox as on its first day, and named as the provider by the environment."""
    provider.control(reset=True, forget=True)
    for name in [one for one in os.environ if one.startswith("APIMART_") and not one.startswith("APIMART_TEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("APIMART_API_KEY", provider.key)
    monkeypatch.setenv("APIMART_BASE_URL", provider.url)
    return provider


@pytest.fixture
def person(seller: Sandbox, tmp_path: Path) -> Person:
    return Person(tmp_path / "home", tmp_path / "output")


@pytest.fixture(scope="session")
def motion_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of motion with sound, as a file."""
    path = tmp_path_factory.mktemp("motion") / "motion.mp4"
    return write_video(path, frames=96, width=640, height=360, audio_seconds=4)


@pytest.fixture
def motion_url(seller: Sandbox, motion_clip: Path) -> str:
    return seller.host(motion_clip)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger_address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Empty for the person's own file, else a schema of the PostgreSQL server at hand."""
    if request.param == "sqlite":
        yield ""
        return
    with own_schema(os.environ["APIMART_TEST_POSTGRES_URL"]) as url:
        yield url
