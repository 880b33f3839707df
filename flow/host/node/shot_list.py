"""Execution of Shot List: reads the table and loads the images that its rows name."""

from __future__ import annotations

import hashlib
import os
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import folder_paths
from comfy_api.latest import io
from server import PromptServer

from ...errors import Refused
from ...model import MEGABYTE
from ...request.shot_list import ShotList, ShotRow, file_name, read_shots
from ...stopping import Stopped, raise_if_stopped
from .progress import local

MOST_BYTES = 4 * MEGABYTE


async def give(node_id: str, table: str, file: str, rows: str, project: str) -> io.NodeOutput:
    """Return one list per output, with an item per selected row. Raises Refused if the table cannot be read."""
    found = shots_of(table, file, rows)
    if found.passed_over:
        PromptServer.instance.send_progress_text(f"Ignored columns: {', '.join(found.passed_over)}", node_id)
    images = await local(partial(_images, found.shots))
    names = [file_name(project, one.name) for one in found.shots]
    columns = [[getattr(one, column) for one in found.shots] for column in COLUMNS]
    return io.NodeOutput(names, *columns, images)


COLUMNS = ("prompt", "negative_prompt", "seconds", "seed", "take")


def shots_of(table: str, file: str, rows: str) -> ShotList:
    """Return the selected shots of the table or file. Raises Refused, listing every faulty row by its line."""
    if table.strip() and file.strip():
        raise Refused("table and file cannot be combined: clear one of them.")
    return read_shots(_text_of(file.strip()) if file.strip() else table, rows, lambda name: _place_of(name) is not None)


def state_of(table: str, file: str, rows: str) -> str:
    """Return a hash that changes when the table file, or an image that the selected rows name, is modified."""
    digest = hashlib.sha256()
    for place in _places(table, file, rows):
        stat = os.stat(place)
        digest.update(f"{place}:{stat.st_mtime_ns}:{stat.st_size};".encode("utf-8", "replace"))
    return digest.hexdigest()


def _places(table: str, file: str, rows: str) -> list[Path]:
    try:
        names = [file.strip(), *(one.image for one in shots_of(table, file, rows).shots)]
    except Refused:
        return []
    return [place for place in map(_place_of, names) if place is not None]


def _text_of(file: str) -> str:
    place = _place_of(file)
    if place is None:
        raise Refused(f"'{file[:80]}' is not in the input folder.")
    if place.stat().st_size > MOST_BYTES:
        raise Refused(f"{file[:80]} is larger than {MOST_BYTES // MEGABYTE} MB, which is too large for a shot list.")
    raw = place.read_bytes()
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{file[:80]} is not UTF-8 text.", next_step="Save it as UTF-8 CSV.") from None


def _place_of(name: str) -> Path | None:
    """Return a file of ComfyUI's input folder (or `name [output]`); None if it does not exist or lies elsewhere."""
    if not name or "\0" in name:
        return None
    place = Path(folder_paths.get_annotated_filepath(name)).resolve()
    folders = folder_paths.get_input_directory(), folder_paths.get_output_directory()
    is_inside = any(place.is_relative_to(Path(one).resolve()) for one in folders)
    return place if is_inside and place.is_file() else None


def _images(shots: tuple[ShotRow, ...], stopped: Stopped) -> list[Any]:
    return [_image(one, stopped) for one in shots]


def _image(shot: ShotRow, stopped: Stopped) -> Any:
    raise_if_stopped(stopped)
    if not shot.image:
        return None
    try:
        # ComfyUI's `nodes` module, imported by name at run time: the pack has a folder of the same name.
        return import_module("nodes").LoadImage().load_image(shot.image)[0][:1]
    except Exception as error:  # noqa: BLE001  # Pillow and PyAV may raise anything here
        raise Refused(f"Line {shot.line}: the image '{shot.image[:80]}' cannot be read ({error}).") from None
