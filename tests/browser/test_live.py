"""Controls from outside reach the page that is open, and what a hand changes in it is sent to who listens."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clave.app.server.page_bridge import PageBridge
from clave.play.live.osc import OscPort, open_socket
from clave.play.live.osc_packet import read_packet, write_message


@pytest.fixture
def osc(bridge: PageBridge) -> Iterator[Any]:
    """Another program's socket, connected to where OSC comes in."""
    with open_socket(0) as on, open_socket(0) as peer:
        peer.setblocking(True)
        peer.settimeout(20)
        peer.connect(on.getsockname())
        bridge.osc_ports = on.getsockname()[1], ()
        bridge.osc = OscPort(bridge.desk, on)
        bridge.beside.run()
        yield peer
        bridge.osc, bridge.osc_ports = None, (None, ())


def test_osc_moves_the_page_undo_takes_it_back_and_a_hand_is_heard_outside(osc: Any, opened: Page) -> None:
    opened.wait_for_function("clave.live.value?.state.value.leads")
    before = opened.evaluate("clave.point()")
    osc.send(write_message("/clave/map", (0.3, -0.2)))
    osc.send(write_message("/clave/voice/snare/mute", (1,)))
    opened.wait_for_function("clave.store.mix.value[1].mute && clave.point()[0] === 0.3")
    opened.evaluate("() => { clave.actions.undo(); clave.actions.undo(); }")
    assert opened.evaluate("clave.point()") == before

    osc.send(write_message("/clave/subscribe"))
    opened.evaluate("clave.actions.set('tempo', { tempoBpm: 97 })")
    heard: dict[str, Any] = {}
    while heard.get("/clave/tempo") != (97,):
        heard |= {each.address: each.arguments for each in read_packet(osc.recv(65_507))}

    osc.send(write_message("/clave/path/orbit", (0.5,)))
    opened.wait_for_function("clave.store.scene.value.path?.travelling")
    osc.send(write_message("/clave/transport/play"))
    opened.wait_for_function("clave.store.playing.value")
    opened.get_by_role("banner").get_by_role("button", name="MIDI out:").click()
    expect(opened.get_by_text("Controls from outside: OSC in at port")).to_contain_text("This page leads.")
