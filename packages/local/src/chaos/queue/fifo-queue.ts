/**
 * A FIFO queue by the rules of SQS, in memory, with time as data. fauxqs, which the rest of this machine uses, gives
 * one message of a group at a time and puts back what expires in reverse order; here it is as SQS does it:
 *
 * - A receive gives as many messages of a group as there is room for, in order, then those of the next group.
 * - While a message of a group is in flight, nobody else gets anything of the group.
 * - What was not deleted in time is visible again at its old place. After `receiveCountMax` receives it is dead.
 */

export interface QueuedMessage {
  readonly messageId: string;
  readonly group: string;
  readonly body: string;
}

export interface ReceivedMessage extends QueuedMessage {
  readonly receiptHandle: string;
}

export interface QueueCounts {
  readonly sent: number;
  /** Messages given out, each time counted. */
  readonly delivered: number;
  /** Of those, messages that had been given out before. */
  readonly redelivered: number;
  readonly deleted: number;
  readonly waiting: number;
  readonly inFlight: number;
  readonly dead: number;
}

export interface FifoQueue {
  send(group: string, body: string): string;
  receive(max: number, visibilityMs: number, nowMs: number): ReceivedMessage[];
  remove(receiptHandle: string): void;
  /** 0 gives it back. */
  extend(receiptHandle: string, visibilityMs: number, nowMs: number): void;
  /** Makes visible again what was not deleted in time; true when somebody could be given something. */
  expire(nowMs: number): boolean;
  hasSome(): boolean;
  counts(): QueueCounts;
}

interface Message extends QueuedMessage {
  readonly position: number;
  receiveCount: number;
}

interface Group {
  readonly waiting: Message[];
  /** Where `waiting` begins; what was taken is cut off now and then. */
  head: number;
  inFlight: number;
  isListed: boolean;
}

interface Flight {
  readonly message: Message;
  untilMs: number;
}

const CUT_OFF_AT = 1_024;

export function createFifoQueue(receiveCountMax: number): FifoQueue {
  return new MemoryQueue(receiveCountMax);
}

class MemoryQueue implements FifoQueue {
  readonly #receiveCountMax: number;
  readonly #groups = new Map<string, Group>();
  /** Groups with something to give, the longest-waiting first. */
  #ready: Group[] = [];
  readonly #flights = new Map<string, Flight>();
  #sent = 0;
  #waiting = 0;
  #delivered = 0;
  #redelivered = 0;
  #deleted = 0;
  #dead = 0;

  constructor(receiveCountMax: number) {
    this.#receiveCountMax = receiveCountMax;
  }

  send(name: string, body: string): string {
    this.#sent += 1;
    this.#waiting += 1;
    const position = this.#sent;
    const messageId = `00000000-0000-4000-8000-${String(position).padStart(12, '0')}`;
    const group = this.#group(name);
    group.waiting.push({ messageId, group: name, body, position, receiveCount: 0 });
    this.#list(group);
    return messageId;
  }

  receive(max: number, visibilityMs: number, nowMs: number): ReceivedMessage[] {
    const received: ReceivedMessage[] = [];
    while (received.length < max) {
      const group = this.#ready.shift();
      if (group === undefined) break;
      group.isListed = false;
      while (received.length < max && group.head < group.waiting.length) {
        const message = group.waiting[group.head];
        group.head += 1;
        this.#waiting -= 1;
        if (message !== undefined) this.#deliver(message, group, received, nowMs + visibilityMs);
      }
      trim(group);
      this.#list(group); // when everything that was there turned out to be dead
    }
    return received;
  }

  remove(receiptHandle: string): void {
    const flight = this.#flights.get(receiptHandle);
    if (flight === undefined) return; // expired: somebody else has it by now, or had
    this.#deleted += 1;
    this.#land(receiptHandle, flight);
  }

  extend(receiptHandle: string, visibilityMs: number, nowMs: number): void {
    const flight = this.#flights.get(receiptHandle);
    if (flight === undefined) return;
    flight.untilMs = nowMs + visibilityMs;
    if (visibilityMs === 0) this.#giveBack(receiptHandle, flight);
  }

  expire(nowMs: number): boolean {
    for (const [receiptHandle, flight] of this.#flights) {
      if (flight.untilMs <= nowMs) this.#giveBack(receiptHandle, flight);
    }
    return this.hasSome();
  }

  hasSome(): boolean {
    return this.#ready.length > 0;
  }

  counts(): QueueCounts {
    return {
      sent: this.#sent,
      delivered: this.#delivered,
      redelivered: this.#redelivered,
      deleted: this.#deleted,
      waiting: this.#waiting,
      inFlight: this.#flights.size,
      dead: this.#dead,
    };
  }

  #group(name: string): Group {
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = { waiting: [], head: 0, inFlight: 0, isListed: false };
      this.#groups.set(name, group);
    }
    return group;
  }

  #list(group: Group): void {
    if (group.isListed || group.inFlight > 0 || group.head === group.waiting.length) return;
    group.isListed = true;
    this.#ready.push(group);
  }

  #deliver(message: Message, group: Group, received: ReceivedMessage[], untilMs: number): void {
    message.receiveCount += 1;
    if (message.receiveCount > this.#receiveCountMax) {
      this.#dead += 1;
      return;
    }
    this.#delivered += 1;
    if (message.receiveCount > 1) this.#redelivered += 1;
    group.inFlight += 1;
    const receiptHandle = `${message.position}.${message.receiveCount}`;
    this.#flights.set(receiptHandle, { message, untilMs });
    received.push({ messageId: message.messageId, group: message.group, body: message.body, receiptHandle });
  }

  #giveBack(receiptHandle: string, flight: Flight): void {
    const group = this.#group(flight.message.group);
    // All that was in flight stood before all that waits, and may come back in any order.
    let at = group.head;
    while ((group.waiting[at]?.position ?? Number.POSITIVE_INFINITY) < flight.message.position) at += 1;
    if (at === group.head && group.head > 0) {
      group.head -= 1;
      group.waiting[group.head] = flight.message;
    } else {
      group.waiting.splice(at, 0, flight.message);
    }
    this.#waiting += 1;
    this.#land(receiptHandle, flight);
  }

  #land(receiptHandle: string, { message }: Flight): void {
    this.#flights.delete(receiptHandle);
    const group = this.#group(message.group);
    group.inFlight -= 1;
    this.#list(group);
  }
}

function trim(group: Group): void {
  if (group.head < CUT_OFF_AT) return;
  group.waiting.splice(0, group.head);
  group.head = 0;
}
