"""Where the pack writes: below its own folders, whatever a prompt, a provider or a link says."""

from __future__ import annotations

from pathlib import Path

import pytest
from apimart.flow.files import write_private, write_whole
from apimart.flow.jobs.download import FOLDER, paths_of
from apimart.flow.ledger import Ledger
from apimart.flow.model import Ticket
from ledgers import Clock, completed, sent

pytest_plugins = ["ledger_fixtures"]

HOSTILE = ["../../etc/cron", "..\\..\\windows", "/etc/passwd", "C:\\x", "a/../../b", "..", "nul\0byte", "\u202e/x", ""]


@pytest.mark.parametrize("said", HOSTILE)
def test_a_name_that_somebody_else_chose_stays_in_the_output_folder(
    file_ledger: Ledger, tmp_path: Path, said: str, clock: Clock
) -> None:
    entry = sent(file_ledger, "hostile", model=said)
    entry = file_ledger.ticket(entry.id, Ticket(said or "task", "req"))
    entry = file_ledger.end(entry.id, completed(entry))
    [path] = paths_of(entry, tmp_path / "output")
    assert path.resolve().parent == (tmp_path / "output" / FOLDER).resolve()
    assert path.suffix == ".mp4"


@pytest.mark.parametrize("write", [write_whole, write_private])
def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path: Path, write) -> None:
    elsewhere, file = tmp_path / "elsewhere", tmp_path / "folder" / "file"
    elsewhere.write_bytes(b"somebody's")
    file.parent.mkdir()
    file.symlink_to(elsewhere)
    write(file, b"ours")
    assert elsewhere.read_bytes() == b"somebody's"
    assert (file.is_symlink(), file.read_bytes()) == (False, b"ours")
