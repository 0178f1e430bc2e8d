/**
 * A network that misbehaves, between a client and a server. Whatever is set holds for the connections there are and for
 * those to come, until `heal()`.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Clock, systemClock } from '@northwind/service-kit';

/** As seen by the client: what it sends goes `out`, what the server answers comes `in`. */
export type Direction = 'out' | 'in';

export interface TcpProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Open connections. */
  connections(): number;
  /** Resets every connection, at both ends; returns how many there were. */
  cut(): number;
  /** Closes every connection and takes no more: connecting is refused. */
  refuse(): Promise<void>;
  /** Keeps connections open and passes nothing on; what is sent waits and is passed on by `heal()`. */
  stall(): void;
  /**
   * One direction is dead for good on the connections there are: what is sent into it vanishes, its end (FIN) too. The
   * other one works. New connections are whole.
   */
  halfOpen(dead: Direction): void;
  /** Every piece of data arrives this much later, in order. */
  delay(ms: number): void;
  /** At most so many bytes a second in each direction of each connection. */
  limit(bytesPerSecond: number): void;
  /** Connections work again and are taken again; half-open ones stay as they are. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

export interface TcpProxyOptions {
  readonly port: number;
  readonly host?: string;
  readonly clock?: Clock;
}

const HOST = '127.0.0.1';
const SLICE_MS = 20;

export async function startTcpProxy(target: TcpProxyOptions): Promise<TcpProxy> {
  const { host = HOST, clock = systemClock } = target;
  const weather: Weather = { isStalled: false, delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };
  const links = new Set<Link>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ host, port: target.port, allowHalfOpen: true, noDelay: true });
    const link = new Link({ client, upstream, weather, clock });
    links.add(link);
    link.onEnd(() => links.delete(link));
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    const count = links.size;
    for (const link of links) link.cut();
    return count;
  };
  const close = async () => {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cut();
    await closed;
  };
  const flow = () => {
    for (const link of links) link.flow();
  };
  return {
    host: HOST,
    port,
    connections: () => links.size,
    cut,
    refuse: close,
    stall: () => {
      weather.isStalled = true;
    },
    halfOpen: (dead) => {
      for (const link of links) link.kill(dead);
    },
    delay: (ms) => {
      weather.delayMs = ms;
    },
    limit: (bytesPerSecond) => {
      weather.bytesPerSecond = bytesPerSecond;
    },
    heal: async () => {
      Object.assign(weather, { isStalled: false, delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY });
      if (!server.listening) await listen(server, port);
      flow();
    },
    stop: close,
    [Symbol.asyncDispose]: close,
  };
}

interface Weather {
  isStalled: boolean;
  delayMs: number;
  bytesPerSecond: number;
}

interface LinkOptions {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly weather: Weather;
  readonly clock: Clock;
}

/** One connection: two pipes, of which each may be dead. */
class Link {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #pipes: Readonly<Record<Direction, Pipe>>;

  constructor({ client, upstream, weather, clock }: LinkOptions) {
    this.#client = client;
    this.#upstream = upstream;
    this.#pipes = {
      out: new Pipe({ from: client, to: upstream, weather, clock }),
      in: new Pipe({ from: upstream, to: client, weather, clock }),
    };
    // An end that breaks takes the other with it, unless nothing can be told to it any more.
    client.once('close', (hadError) => this.#follow('out', upstream, hadError));
    upstream.once('close', (hadError) => this.#follow('in', client, hadError));
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
  }

  onEnd(listener: () => void): void {
    let left = 2;
    const ended = () => {
      left -= 1;
      if (left === 0) listener();
    };
    this.#client.once('close', ended);
    this.#upstream.once('close', ended);
  }

  cut(): void {
    this.#client.resetAndDestroy();
    this.#upstream.resetAndDestroy();
  }

  kill(dead: Direction): void {
    this.#pipes[dead].die();
  }

  flow(): void {
    this.#pipes.out.flow();
    this.#pipes.in.flow();
  }

  #follow(direction: Direction, other: Socket, hadError: boolean): void {
    if (this.#pipes[direction].isDead) return;
    if (hadError) other.resetAndDestroy();
  }
}

interface PipeOptions {
  readonly from: Socket;
  readonly to: Socket;
  readonly weather: Weather;
  readonly clock: Clock;
}

/** Passes on what comes, in order, as fast as the weather allows. */
class Pipe {
  isDead = false;
  readonly #options: PipeOptions;
  readonly #waiting: { readonly chunk: Buffer | null; readonly dueMs: number }[] = [];
  #isFlowing = false;

  constructor(options: PipeOptions) {
    this.#options = options;
    const { from, clock, weather } = options;
    const add = (chunk: Buffer | null) => {
      if (this.isDead) return;
      this.#waiting.push({ chunk, dueMs: clock.monotonicMs() + weather.delayMs });
      this.flow();
    };
    from.on('data', add);
    from.once('end', () => add(null));
  }

  die(): void {
    this.isDead = true;
    this.#waiting.length = 0;
  }

  flow(): void {
    if (this.#isFlowing) return;
    this.#isFlowing = true;
    void this.#pass().finally(() => {
      this.#isFlowing = false;
    });
  }

  async #pass(): Promise<void> {
    const { to, weather, clock } = this.#options;
    for (let next = this.#waiting[0]; next !== undefined && !weather.isStalled; next = this.#waiting[0]) {
      const lateMs = next.dueMs - clock.monotonicMs();
      if (lateMs > 0) {
        await clock.sleep(lateMs);
        continue; // the weather may have changed meanwhile
      }
      this.#waiting.shift();
      if (next.chunk === null) to.end();
      else await this.#write(next.chunk);
    }
  }

  async #write(chunk: Buffer): Promise<void> {
    const { to, weather, clock } = this.#options;
    for (let from = 0; from < chunk.length && !this.isDead; ) {
      const most = Math.max(1, Math.floor((weather.bytesPerSecond * SLICE_MS) / 1_000));
      const slice = chunk.subarray(from, from + most);
      from += slice.length;
      if (to.writable) to.write(slice);
      if (Number.isFinite(weather.bytesPerSecond)) await clock.sleep(SLICE_MS);
    }
  }
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
