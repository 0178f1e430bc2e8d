import type { RunningStack } from '../stack/stack-options.ts';

/** When each service is killed: at this share of the events in the log. The webhook worker's claims last longest. */
const KILLS = [
  { service: 'webhooks', atShare: 0.15 },
  { service: 'writer', atShare: 0.3 },
  { service: 'projector', atShare: 0.5 },
  { service: 'api', atShare: 0.7 },
] as const;

export interface Killer {
  /** Kills whoever's time has come. */
  strike(share: number): void;
  readonly killed: readonly string[];
  /** Services that were to be killed and weren't, or did not come back. */
  unharmed(): readonly string[];
}

/** `kill -9`, once for each service: no handler runs, no message is finished, no connection is closed. */
export function createKiller(stack: RunningStack): Killer {
  const killed: string[] = [];
  const find = (service: string) => stack.children().find(({ name }) => name === service);
  return {
    killed,
    strike: (share) => {
      for (const { service, atShare } of KILLS) {
        const pid = find(service)?.pid;
        if (share < atShare || killed.includes(service) || !pid) continue;
        process.kill(pid, 'SIGKILL');
        killed.push(service);
      }
    },
    unharmed: () => KILLS.map(({ service }) => service).filter((service) => (find(service)?.restarts ?? 0) === 0),
  };
}
