/** The merchants' side, in a process of its own. */
import { type Child, runChild } from '../writer/run-child.ts';

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Every request since it started. */
  requests(): Promise<Requests>;
}

export interface Requests {
  /** `webhook-id` of each, in the order of their arrival. */
  readonly ids: readonly string[];
  /** By `machineMs`. */
  readonly arrivals: readonly number[];
}

const PROGRAM = new URL('./receiver-process.ts', import.meta.url);

export async function startReceiver(delayMs: number): Promise<Receiver> {
  const child: Child = runChild(PROGRAM, { RECEIVER_DELAY_MS: String(delayMs) });
  const { port } = (await child.next()) as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    async requests() {
      child.send('requests');
      return (await child.next()) as Requests;
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
