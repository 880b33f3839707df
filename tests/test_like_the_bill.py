"""What we measure is what the provider will measure: our seconds against the sandbox's, which counts decoded frames."""

from __future__ import annotations

from fractions import Fraction

import clips
import pytest
from apimart.flow.media import measure
from journeys import picture
from test_measure import KINDS, NTSC, NTSC_FILM

pytest_plugins = ["journey_fixtures"]
pytestmark = pytest.mark.slow

RATES = [NTSC_FILM, Fraction(24), Fraction(25), NTSC, Fraction(30), Fraction(60)]
LENGTHS = [2.99, 3.0, 10.0, 10.04, 30.0, 30.1]


def both(provider, path):
    """Our seconds, the sandbox's seconds, and the length of a frame."""
    ours = measure(path)
    theirs = provider.measure(provider.host(path, path.name))
    return ours.seconds, theirs["seconds"], float(1 / ours.rate)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_clip_is_measured_like_the_bill(name, provider, tmp_path):
    path = tmp_path / name
    KINDS[name](path)
    ours, theirs, frame = both(provider, path)
    assert ours == pytest.approx(theirs, abs=frame + 1e-6)


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{float(rate):.3f}fps")
@pytest.mark.parametrize("seconds", LENGTHS)
def test_lengths_at_the_limits_are_measured_like_the_bill(seconds, rate, provider, tmp_path):
    path = clips.write_still(tmp_path / "clip.mp4", frames=round(seconds * rate), rate=rate, width=32, height=32)
    ours, theirs, frame = both(provider, path)
    assert ours == pytest.approx(theirs, abs=frame + 1e-6)


@pytest.fixture(scope="module", params=LENGTHS)
def seconds_and_clip(request, tmp_path_factory):
    """A length, and a clip of it to a hundredth of a second, at the lowest rate that has it in whole frames."""
    length = Fraction(str(request.param))
    rate = next(one for one in (25, 50, 100) if (length * one).denominator == 1)
    path = tmp_path_factory.mktemp("length") / "clip.mp4"
    return request.param, clips.write_still(path, frames=int(length * rate), rate=rate, width=352, height=352)


@pytest.mark.parametrize(("orientation", "longest"), [("image", 10), ("video", 30)])
def test_the_verdict_at_the_limits_is_the_providers(person, seller, seconds_and_clip, orientation, longest):
    seconds, path = seconds_and_clip
    asked = {"image": picture(), "video_url": seller.host(path), "character_orientation": orientation}
    [result] = person.queue(("APIMartKlingMotionControl", asked))
    fits = 3 <= seconds <= longest
    assert isinstance(result, Exception) is not fits
    assert seller.sold == int(fits)
    if not fits:
        assert f"{seconds:.5g} s long; {orientation} orientation accepts 3 to {longest} s" in str(result)
