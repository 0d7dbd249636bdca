"""More like this: bars like a bar, the place of a tapped rhythm, sounds like a sound; the searches are stubs."""

from typing import Any

from hands import open_sound, opened_drawer, violations
from playwright.sync_api import Page, Route, expect

BAR: dict[str, Any] = {"meter": [4, 4], "strokes": [[0, 0, 1, 0], [1, 16, 0.5, 0]]}
FOUND_BAR = {
    "source": "funk/1.mid", "bar": 3, "style": "funk", "licence": "CC BY 4.0", "agreement": 0.87, "distance": 4.2,
    "pattern": BAR, "point": [0.5, -0.25],
}  # fmt: skip
PLACE = {"point": [-1.25, 0.75], "distance": 0.1, "styles": [{"style": "funk", "share": 0.625}], "found": [FOUND_BAR]}
FOUND_SOUND = {"source": "kick.wav", "licence": "CC0-1.0", "distance": 7.5, "point": [0.5, 0.5]}


def test_what_is_like_it_is_found_heard_and_taken(opened: Page) -> None:
    asked: list[Any] = []
    sound = {**FOUND_SOUND, "detail": [0.0] * opened.evaluate("clave.store.instrument.value.sound.detail_size")}

    def answer(route: Route) -> None:
        asked.append(route.request.post_data_json)
        route.fulfill(json={"found": [sound]} if "sounds" in route.request.url else PLACE)

    opened.route("**/api/similar/**", answer)
    drawer = opened_drawer(opened, "About this bar")
    drawer.get_by_role("button", name="More like this bar").click()
    expect(drawer).to_contain_text("Like this bar. It lies at")
    expect(drawer).to_contain_text("most like funk 63 %")
    expect(drawer).to_contain_text("funk/1.mid, bar 3: 87 % of strokes agree, distance 4.2, CC BY 4.0")
    assert asked[0]["pattern"] == opened.evaluate("clave.store.shown.value")
    assert violations(opened) == []
    drawer.get_by_role("button", name="Play bar 3 of funk/1.mid").click()
    opened.wait_for_function("clave.store.heard.value !== null")
    [bar] = opened.evaluate("clave.store.scene.value.bars")
    assert (bar["kind"], bar["pattern"], bar["point"]) == ("given", BAR, [0.5, -0.25])

    opened.evaluate("clave.store.drawer.value = null")
    opened.get_by_role("button", name="Tap a rhythm").click()
    for _ in range(4):
        opened.get_by_role("button", name="Tap here").click()
    opened.get_by_role("button", name="Find it").click()
    expect(drawer).to_contain_text("Like what you tapped.")
    opened.wait_for_function("String(clave.point()) === '-1.25,0.75'")  # a tapped rhythm goes to its place
    assert asked[1]["pattern"]["strokes"]

    opened.evaluate("clave.store.drawer.value = null")
    opened.get_by_role("button", name="Done", exact=True).click()
    sheet = open_sound(opened, "Kick")
    sheet.get_by_role("button", name="Find sounds like it").click()
    expect(sheet).to_contain_text("kick.wav, distance 7.5, CC0-1.0")
    sheet.get_by_role("button", name="Hear sound 1").click()
    sheet.get_by_role("button", name="Take 1").click()
    assert opened.evaluate("clave.store.scene.value.kit.voices[0].point") == [0.5, 0.5]
