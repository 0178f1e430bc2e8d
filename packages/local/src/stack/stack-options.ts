import type { ServiceName, StackAddresses } from './service-environment.ts';
import type { StackFile } from './stack-file.ts';
import type { ChildEvent } from './supervise-child.ts';

export interface StackOptions {
  /** Where the stack keeps everything: database, queues, logs, stack.json. Made when it isn't there. */
  readonly folder: string;
  /** The port of the API and the portal. Refused when it is taken; without it the last one or a free one is used. */
  readonly apiPort?: number;
  /** These are kept from one start to the next as long as they are free. */
  readonly postgresPort?: number;
  readonly queuePort?: number;
  /** Which services run, and how many of each; one of each by default. 0 leaves one out. */
  readonly services?: Readonly<Partial<Record<ServiceName, number>>>;
  /** Variables added to every service's environment, or to one's. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly serviceEnvironment?: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>>;
  /** Ends a start that is still under way; what was started is stopped. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: StackEvent) => void;
}

export type StackEvent =
  /** Something that takes a moment begins. */
  | { readonly kind: 'step'; readonly message: string }
  /** Something that whoever looks should know. */
  | { readonly kind: 'notice'; readonly message: string }
  | ChildEvent;

export interface StackUrls extends StackAddresses {
  readonly api: string;
}

export interface StackKeys {
  readonly operator: string;
  readonly finance: string;
  /** Of the demo merchant, mer_001. */
  readonly merchant: string;
}

export interface StackChild {
  /** `postgres`, `queue`, or a service; the second of a service is `writer-2`. */
  readonly name: string;
  readonly pid: number | null;
  readonly restarts: number;
}

export interface RunningStack {
  readonly folder: string;
  readonly urls: StackUrls;
  readonly keys: StackKeys;
  /** Encrypts webhook secrets; 32 bytes, base64. */
  readonly secretsKey: string;
  /** What stack.json remembers of the demo merchant's webhook receiver. */
  readonly receiver: { read(): StackFile['receiver']; write(receiver: StackFile['receiver']): void };
  /** Every process of the stack as it is now, in order of start. A pid may be killed with any signal: it comes back. */
  children(): readonly StackChild[];
  /** Stops everything, last-in first-out, within five seconds. Safe to call twice. */
  stop(): Promise<void>;
  /** Kills every process of the stack at once. Nothing is lost: the next start recovers. */
  kill(): void;
}

export const DEMO_MERCHANT = 'mer_001';
