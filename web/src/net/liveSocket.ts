/** The WebSocket to the server: it connects again when it was lost, and takes and gives messages in JSON. */

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** What the socket tells. */
export interface LiveListener {
  opened(): void;
  closed(): void;
  message(message: unknown): void;
}

export class LiveSocket {
  private socket: WebSocket | null = null;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly listener: LiveListener,
    private readonly connect: () => WebSocket = () => new WebSocket(new URL("./api/live", location.href.replace(/^http/, "ws"))),
  ) {}

  open(): void {
    const socket = (this.socket = this.connect());
    socket.onopen = () => {
      this.tries = 0;
      this.listener.opened();
    };
    socket.onmessage = ({ data }) => this.listener.message(JSON.parse(String(data)));
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.listener.closed();
      this.retry = setTimeout(() => this.open(), Math.min(FIRST_MS * 2 ** this.tries++, LONGEST_MS));
    };
  }

  /** Connects now, where it would wait before it tries again. */
  openNow(): void {
    if (this.socket) return;
    clearTimeout(this.retry);
    this.open();
  }

  /** Lost where nobody is connected: once connected again, all is told anew. */
  send(message: unknown): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }
}
