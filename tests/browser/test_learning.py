"""Learning in the page: files are dropped, what is found is said, a run is followed, stopped and played; the server is
a stub that keeps what it is asked."""

import json
from pathlib import Path
from typing import Any

from hands import from_menu, violations
from playwright.sync_api import Page, Route, expect

POOR = {"playable": False, "says": "hit F1 0.11, the shipped space has 0.85", "rows": []}
SPACE = {"name": "loops", "rhythm": True, "sound": False, "resumable": True, "files": 2, "verdict": POOR}
FOUND = {"what": "rhythm", "files": 2, "read": 1, "used": 8, "refused": 1, "refusals": {"loops/b.mid": "no drums"}}
IDLE: dict[str, Any] = {
    "unavailable": None, "phase": "idle", "name": "", "folder": "", "said": [], "found": [], "begins": "",
    "progress": None,
    "estimate": "", "epochs": [], "previews": [], "error": "", "spaces": [], "in_use": None,
}  # fmt: skip
LOOKED = {**IDLE, "phase": "found", "name": "loops", "found": [FOUND], "spaces": [{**SPACE, "rhythm": False}]}
TRAINS = {
    **LOOKED, "phase": "training", "progress": {"what": "training", "done": 1, "whole": 4, "left": 125},
    "estimate": "about 3 min here: 8 epochs of 22 s", "epochs": ["epoch 1 of 8: held-out hit F1 0.80"],
    "previews": ["rhythm"],
}  # fmt: skip
LEARNED = {**LOOKED, "phase": "learned", "spaces": [SPACE]}


class StubServer:
    """Answers for `/api/learn`, and keeps what it was asked."""

    def __init__(self, page: Page) -> None:
        self.state, self.asked, self.files = IDLE, list[tuple[str, Any]](), list[str]()
        self.after = {"start": [LOOKED, TRAINS], "stop": [LEARNED], "use": [LEARNED]}
        page.route("**/api/learn**", self._answer)
        page.route("**/api/learn/**", self._answer)

    def _answer(self, route: Route) -> None:
        act = route.request.url.partition("/api/learn")[2].partition("?")[0].strip("/")
        if act == "files":
            self.files.append(route.request.url.partition("?")[2])
            route.fulfill(status=204)
            return
        if act:
            self.asked.append((act, route.request.post_data_json))
            self.state = self.after[act].pop(0)
        route.fulfill(json=self.state)


def test_from_dropped_files_to_a_space_that_is_said_to_be_poor(opened: Page, tmp_path: Path) -> None:
    server = StubServer(opened)
    from_menu(opened, "More", "Learn")
    panel = opened.get_by_role("dialog", name="Learn")
    expect(panel.get_by_role("button", name="Learn", exact=True)).to_be_disabled()
    loops = tmp_path / "loops"
    (loops / "__MACOSX").mkdir(parents=True)
    for name in ("a.mid", "b.mid", "notes.pdf", "__MACOSX/._a.mid"):
        (loops / name).write_bytes(b"MThd")
    panel.get_by_test_id("learn-folder").set_input_files(loops)
    expect(panel).to_contain_text("2 MIDI files chosen; 1 of other kinds left out.")
    expect(panel.get_by_label("Name of the space")).to_have_value("loops")  # the folder's

    panel.get_by_role("button", name="See what is in it").click()
    expect(panel).to_contain_text("2 MIDI files: 8 bars to learn from, 1 file left out.")
    assert server.files == ["name=loops&path=loops%2Fa.mid", "name=loops&path=loops%2Fb.mid"]
    panel.get_by_role("button", name="Go on").click()
    expect(panel).to_contain_text("loops is being learned. It takes about 3 min here: 8 epochs of 22 s.")
    expect(panel).to_contain_text("Training: 25 %, about 2 min left")
    assert "/api/learn/preview/rhythm.wav?of=loops" in (panel.locator("audio").get_attribute("src") or "").replace(
        "./", "/"
    )
    assert violations(opened) == []
    panel.get_by_role("button", name="Use it now").click()
    expect(panel).to_contain_text(f"Not good enough to play: {POOR['says']}")
    panel.get_by_role("button", name="Play loops").click()
    expect(panel.get_by_role("alert")).to_have_count(0)
    first, second = (asked for act, asked in server.asked if act == "start")
    assert (first["look"], first["resume"], second["look"], second["resume"]) == (True, False, False, True)
    assert {"way": "auto", "minutes": None, "folder": None}.items() <= second.items()
    assert server.asked[2:] == [("stop", {"use": True}), ("use", {"name": "loops"})]

    # while it plays, the page says so
    def with_verdict(route: Route) -> None:
        known = json.loads(route.fetch().text())
        known["sound"]["verdict"] = POOR
        route.fulfill(json=known)

    opened.route("**/api/instrument", with_verdict)
    opened.reload()
    said = opened.get_by_role("alert")
    expect(said).to_contain_text(f"The space that plays is not good enough: {POOR['says']}")
    said.get_by_role("button", name="Learn").click()
    expect(opened.get_by_role("dialog", name="Learn")).to_contain_text(
        f"The space that plays: Not good enough to play: {POOR['says']}"
    )
