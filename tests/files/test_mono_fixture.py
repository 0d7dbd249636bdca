"""Python and the page make the same one channel of several: both read tests/fixtures/mono.json."""

import json

import make_mono_fixture


def test_the_fixture_is_what_python_reads() -> None:
    kept = json.loads(make_mono_fixture.FIXTURE.read_text())["cases"]
    assert kept == make_mono_fixture.cases()
    by_name = {each["name"]: each for each in kept}
    over = by_name["the loudest where one is turned over"]
    assert over["mono"] == over["channels"][0]  # not the silence that they cancel to
