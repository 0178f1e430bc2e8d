/**
 * Anything long-lived. `start()` resolves when it is ready, `stop()` when nothing of it runs any more. Both may be
 * called twice, in any order and at the same time; `stop()` during `start()` ends the start.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}
