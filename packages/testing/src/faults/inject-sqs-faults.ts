/**
 * What SQS and the way to it do to a client, by the seed: the same seed makes the same decision for the same call.
 * It stands where a client sends, so production code knows nothing of it.
 */
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { type Clock, systemClock } from '@northwind/service-kit';
import { createChance } from './chance.ts';

export const SQS_FAULTS = ['duplicate', 'lostAck', 'throttle', 'partial', 'delay', 'stall'] as const;

/**
 * - `duplicate`: a message that was given out is given out again with a later answer
 * - `lostAck`: the call succeeds at the server, the caller gets an error
 * - `throttle`: the call is refused with RequestThrottled
 * - `partial`: some entries of a batch are not done and come back as Failed
 * - `delay`: the call takes longer, by up to `delayMsMax`
 * - `stall`: a receive is not answered until its signal aborts, or its client gives up after `stallMs`
 */
export type SqsFault = (typeof SQS_FAULTS)[number];

export interface SqsFaultOptions {
  readonly seed: string;
  /** How likely each fault is for a call (`partial`: for an entry, `duplicate`: for a message), from 0 to 1. */
  readonly chances: Readonly<Partial<Record<SqsFault, number>>>;
  /** At most so many of each; without it there is no end. */
  readonly atMost?: Readonly<Partial<Record<SqsFault, number>>>;
  readonly delayMsMax?: number;
  /** When the client's own limit ends a stalled receive; without it only its signal does. */
  readonly stallMs?: number;
  readonly clock?: Clock;
}

export interface FaultySqsClient {
  readonly send: SQSClient['send'];
  /** How often each fault happened so far. */
  readonly counts: Readonly<Record<SqsFault, number>>;
}

interface Command {
  readonly input: object;
}

interface Entry {
  readonly Id: string;
}

interface BatchAnswer {
  readonly Successful?: readonly object[];
  readonly Failed?: readonly object[];
}

type Send = (command: Command, options?: { readonly abortSignal?: AbortSignal }) => Promise<object>;

const DELAY_MS_MAX = 200;
/** Only these are known to have happened or not by their effect. */
const WITH_ACK = /^(Send|Delete|Change)/;
const BATCH = /Batch(Command)?$/;
const RECEIVE = /^ReceiveMessage/;

/** Wraps a client; what it does to it, it tells. */
export function injectSqsFaults(client: Pick<SQSClient, 'send'>, options: SqsFaultOptions): FaultySqsClient {
  const faults = new Faults(client.send.bind(client) as unknown as Send, options);
  const send: Send = (command, sendOptions) => faults.send(command, sendOptions);
  return { send: send as unknown as SQSClient['send'], counts: faults.counts };
}

class Faults {
  readonly counts: Record<SqsFault, number> = { duplicate: 0, lostAck: 0, throttle: 0, partial: 0, delay: 0, stall: 0 };
  readonly #send: Send;
  readonly #options: SqsFaultOptions;
  readonly #chance: () => number;
  readonly #clock: Clock;
  /** Messages that are to be given out a second time. */
  #again: Message[] = [];

  constructor(send: Send, options: SqsFaultOptions) {
    this.#send = send;
    this.#options = options;
    this.#chance = createChance(options.seed);
    this.#clock = options.clock ?? systemClock;
  }

  readonly send: Send = async (command, options) => {
    const name = command.constructor.name;
    const signal = options?.abortSignal;
    if (this.#strikes('delay')) {
      await this.#clock.sleep(this.#chance() * (this.#options.delayMsMax ?? DELAY_MS_MAX), signal);
    }
    if (this.#strikes('throttle')) throw refusal('RequestThrottled', 'Rate exceeded', 429);
    if (RECEIVE.test(name)) return this.#receive(command, options);
    const answer = BATCH.test(name) ? await this.#sendPart(command, options) : await this.#send(command, options);
    if (WITH_ACK.test(name) && this.#strikes('lostAck')) throw refusal('TimeoutError', 'socket hang up', undefined);
    return answer;
  };

  async #receive(command: Command, options: Parameters<Send>[1]): Promise<object> {
    if (this.#strikes('stall')) await this.#stall(options?.abortSignal);
    const answer = (await this.#send(command, options)) as { readonly Messages?: Message[] };
    const fresh = answer.Messages ?? [];
    const { MaxNumberOfMessages: max = 1 } = command.input as { MaxNumberOfMessages?: number };
    const again = this.#again.splice(0, Math.max(0, max - fresh.length));
    for (const message of fresh) if (this.#strikes('duplicate')) this.#again.push(message);
    return { ...answer, Messages: [...fresh, ...again] };
  }

  async #stall(signal: AbortSignal | undefined): Promise<never> {
    const { stallMs } = this.#options;
    if (stallMs === undefined) return never(signal);
    await this.#clock.sleep(stallMs, signal);
    throw refusal('TimeoutError', 'no answer', undefined);
  }

  /** Does the entries that nothing befalls and answers the others as failed by the server's fault. */
  async #sendPart(command: Command, options: Parameters<Send>[1]): Promise<BatchAnswer> {
    const { Entries = [] } = command.input as { readonly Entries?: readonly Entry[] };
    const failing = new Set(Entries.filter(() => this.#strikes('partial')).map(({ Id }) => Id));
    if (failing.size === 0) return this.#send(command, options);
    const left = Entries.filter(({ Id }) => !failing.has(Id));
    const Failed = [...failing].map((Id) => ({ Id, SenderFault: false, Code: 'InternalError', Message: 'injected' }));
    if (left.length === 0) return { Successful: [], Failed };
    const Partial = command.constructor as new (input: object) => Command;
    const answer = (await this.#send(new Partial({ ...command.input, Entries: left }), options)) as BatchAnswer;
    return { ...answer, Failed: [...(answer.Failed ?? []), ...Failed] };
  }

  /** Decides, and counts it. */
  #strikes(fault: SqsFault): boolean {
    const chance = this.#options.chances[fault] ?? 0;
    const most = this.#options.atMost?.[fault] ?? Number.POSITIVE_INFINITY;
    const strikes = chance > 0 && this.counts[fault] < most && this.#chance() < chance;
    if (strikes) this.counts[fault] += 1;
    return strikes;
  }
}

function refusal(name: string, message: string, httpStatusCode: number | undefined): Error {
  return Object.assign(new Error(`${message} (injected)`), { name, $metadata: { httpStatusCode }, $fault: 'server' });
}

function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal?.reason ?? new DOMException('aborted', 'AbortError'));
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
