import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LiveSocket } from "./liveSocket";

class ToySocket {
  readyState = 0;
  sent: string[] = [];
  onopen = () => {};
  onclose = () => {};
  onmessage: (message: { data: string }) => void = () => {};
  send(text: string): void {
    this.sent.push(text);
  }
}

let sockets: ToySocket[];
let told: unknown[];
let socket: LiveSocket;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  told = [];
  const listener = { opened: () => told.push("opened"), closed: () => told.push("closed"), message: (message: unknown) => told.push(message) };
  socket = new LiveSocket(listener, () => {
    const made = new ToySocket();
    sockets.push(made);
    return made as unknown as WebSocket;
  });
});

afterEach(() => {
  vi.useRealTimers();
});

test("messages go both ways once it is open", () => {
  socket.open();
  socket.send({ lost: 1 });
  const [made] = sockets;
  made!.readyState = 1;
  made!.onopen();
  socket.send({ kind: "page" });
  made!.onmessage({ data: '{"kind":"role"}' });
  expect([made!.sent, told]).toEqual([['{"kind":"page"}'], ["opened", { kind: "role" }]]);
});

test("a lost connection is tried again, later each time", () => {
  socket.open();
  for (const wait of [1000, 2000, 4000]) {
    const before = sockets.length;
    sockets.at(-1)!.onclose();
    vi.advanceTimersByTime(wait - 1);
    expect(sockets).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(before + 1);
  }
});

test("who knows that the server is back need not wait for the next try, and there is one connection", () => {
  socket.open();
  socket.openNow(); // it is being made
  expect(sockets).toHaveLength(1);
  sockets[0]!.onclose();
  socket.openNow();
  expect(sockets).toHaveLength(2);
  vi.advanceTimersByTime(60_000);
  expect(sockets).toHaveLength(2);
});
