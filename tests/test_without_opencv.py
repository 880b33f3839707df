"""A machine where OpenCV does not import: what needs none works, and the rest says in words what to install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from apimart.flow.media.opencv import Missing, _without_loader_warnings
from pack import ROOT

pytest_plugins = ["journey_fixtures"]
pytestmark = pytest.mark.slow

TESTS = Path(__file__).parent
LIBGL = "raise ImportError('libGL.so.1: cannot open shared object file: No such file or directory')"
WHEELS = "import cv2.gapi\ncv2.gapi.wip.GStreamerPipeline"
NUMPY = """import sys
print("A module that was compiled using NumPy 1.x cannot be run in NumPy 2.4\\nTraceback (most recent call last):",
      file=sys.stderr)
raise ImportError('numpy.core.multiarray failed to import')"""
BROKEN = {
    "no libGL": LIBGL,
    "two wheels": WHEELS,
    "another NumPy": NUMPY,
    "an AttributeError": "raise AttributeError('x')",
}
PROGRAM = """
import json, sys
import pack
pack.load()
import numpy as np
from apimart.flow.errors import NotSet
from apimart.flow.model import ImageData
from pathlib import Path
from apimart.flow import media
from apimart.flow.jobs import Runner
from apimart.flow.host.web import settings_api
from journeys import Person, FAMILIES

person = Person(Path(sys.argv[1]) / "home", Path(sys.argv[1]) / "output")
said = {}
bought = person.buy("APIMartSora2", prompt="a sea")
[path] = bought.files.paths
said["frames"] = len(media.decode_frames(path).pixels)
said["sound"] = media.decode_audio(path) is not None
for name, work in {
    "picture": lambda: person.buy("APIMartSora2", prompt="a sea", image=ImageData(np.zeros((480, 640, 3), np.uint8))),
    "measure": lambda: media.measure(path),
    "thumbnail": lambda: media.write_thumbnail(path, path.with_suffix(".jpg")),
}.items():
    try:
        work()
    except NotSet as error:
        said[name] = str(error)
said["status"] = media.what_is_missing()
print(json.dumps(said))
"""


@pytest.fixture(params=BROKEN)
def said(request, tmp_path, seller):
    """What a process says of its work that cannot import OpenCV."""
    broken = tmp_path / "broken" / "cv2"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(BROKEN[request.param])
    places = [str(broken.parent), str(TESTS), str(ROOT / "workbench")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    command = [sys.executable, "-W", "error::ImportWarning", "-c", PROGRAM, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr
    return json.loads(run.stdout), seller.sold


def test_without_opencv_a_video_is_bought_and_read_and_the_rest_says_what_to_install(said):
    told, sold = said
    assert (told["frames"] > 0, told["sound"], sold) == (True, True, 1)
    for name in ("picture", "measure", "thumbnail", "status"):
        assert "OpenCV cannot be loaded here" in told[name]
        assert "opencv-python-headless" in told[name]
        assert "\n" not in told[name]


def test_what_stands_in_for_opencv_holds_every_constant_and_does_nothing():
    missing = Missing(ImportError("x"))
    assert isinstance({missing.ROTATE_180: 1, missing.a.b: [missing.IMWRITE_PNG_COMPRESSION, 3]}, dict)
    assert not hasattr(missing, "__array__")


@pytest.mark.skipif(sys.platform == "win32", reason="only macOS has that loader")
@pytest.mark.parametrize(("platform", "is_heard"), [("darwin", False), ("linux", True)])
def test_the_loader_of_macos_is_not_heard_while_opencv_comes(platform, is_heard, capfd):
    with _without_loader_warnings(platform):
        os.write(2, b"objc[7]: Class AVFFrameReceiver is implemented in both")
    os.write(2, b" and this is heard")
    assert ("AVFFrameReceiver" in capfd.readouterr().err) == is_heard
