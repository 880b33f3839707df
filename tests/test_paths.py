"""Folders and names as people have them: long, and in every script; and files that somebody holds on Windows."""

from __future__ import annotations

from pathlib import Path

import pytest
from apimart.flow import media
from apimart.flow.jobs.download import paths_of
from apimart.flow.ledger import Ledger
from apimart.flow.publish.self_hosted import published
from journeys import Person, picture
from ledgers import ended

pytest_plugins = ["journey_fixtures"]

NAME = "\u52d5\u753b \u0432\u0438\u0434\u0435\u043e \uc601\uc0c1 \U0001f3ac e\u0301 'x' #1 %20"
PUBLIC = "1795000000-" + "x" * 43 + ".mp4"


def test_a_video_is_bought_kept_and_read_under_a_long_path_in_any_script(seller, tmp_path):
    deep = tmp_path.joinpath(*[f"{NAME} {number}" for number in range(6)])
    assert len(str(deep)) > 260 - 100
    person = Person(deep / "home", deep / "output")
    bought = person.buy("APIMartSora2", prompt="a sea", image=picture())
    [path] = bought.files.paths
    assert media.measure(path).frames == len(media.decode_frames(path).pixels)
    assert media.decode_audio(path) is not None
    assert media.write_thumbnail(path, deep / "thumb.jpg").width > 0
    assert person.buy("APIMartSora2", prompt="a sea", image=picture()).files.paths == (path,)


@pytest.mark.parametrize("model", ["m" * 400, NAME * 20, "../" * 40 + "x"])
def test_a_long_or_strange_name_of_a_model_makes_a_name_that_every_disk_takes(model, tmp_path):
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    [path] = paths_of(ended(ledger, model=model), tmp_path / "output")
    assert path.parent == tmp_path / "output" / "apimart"
    assert path.name.isascii() and len(f"{path.name}.123456789abc.part") < 160
    ledger.close()


def test_a_published_file_that_somebody_still_reads_does_not_break_the_next_visit(tmp_path, monkeypatch):
    (tmp_path / PUBLIC).touch()

    def held(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "The process cannot access the file because it is being used", str(path))

    monkeypatch.setattr(Path, "unlink", held)
    assert published(tmp_path, PUBLIC, now=1_795_000_000) is None
    assert published(tmp_path, PUBLIC, now=1_794_999_999) == tmp_path / PUBLIC
