/** A socket whose other end is the test: what was sent, and when it drains. */
import type { StreamSocket } from '../src/stream/connection.ts';
import { parseServerMessage, type ServerMessage } from '../src/stream/protocol.ts';

export interface FakeSocket extends StreamSocket {
  readonly messages: ServerMessage[];
  pings: number;
  /** `close 1012`, `terminate`, or null while it is open. */
  ended: string | null;
  /** While false, what is sent stays in the buffer. */
  reads: boolean;
  /** The client reads everything that is in the buffer. */
  drain(): void;
}

export function fakeSocket(): FakeSocket {
  let buffered = 0;
  let waiting: (() => void)[] = [];
  const socket: FakeSocket = {
    messages: [],
    pings: 0,
    ended: null,
    reads: true,
    get bufferedAmount() {
      return buffered;
    },
    send: (text, sent) => {
      socket.messages.push(parseServerMessage(text));
      if (socket.reads) return sent();
      buffered += Buffer.byteLength(text);
      waiting.push(sent);
    },
    ping: () => {
      socket.pings += 1;
    },
    close: (code) => {
      socket.ended ??= `close ${code}`;
    },
    terminate: () => {
      socket.ended ??= 'terminate';
    },
    drain: () => {
      socket.reads = true;
      buffered = 0;
      const flushed = waiting;
      waiting = [];
      for (const sent of flushed) sent();
    },
  };
  return socket;
}
