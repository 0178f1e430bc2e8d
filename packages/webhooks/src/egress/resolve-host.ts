import { Resolver } from 'node:dns/promises';

/** All addresses of a host name. Rejects when it has none. */
export type ResolveHost = (hostname: string) => Promise<string[]>;

export interface ResolverOptions {
  readonly timeoutMs: number;
  readonly tries: number;
  /** Development only: `localhost`, which is no name of the DNS. */
  readonly allowLocalhost: boolean;
}

/**
 * Asks the DNS itself. The system's `getaddrinfo` would also search the hosts file and our own domains, and a few names
 * that answer slowly would fill the thread pool that the whole process shares.
 */
export function createResolver({ timeoutMs, tries, allowLocalhost }: ResolverOptions): ResolveHost {
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  return async (hostname) => {
    if (allowLocalhost && hostname === 'localhost') return ['127.0.0.1', '::1'];
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length === 0) throw new HostNotFoundError(answers);
    return addresses;
  };
}

export class HostNotFoundError extends Error {
  readonly code = 'HOST_NOT_FOUND';

  constructor(answers: readonly PromiseSettledResult<unknown>[]) {
    const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [String(answer.reason?.code)] : []));
    super(`the host name has no address (${[...new Set(codes)].join(', ') || 'empty answers'})`);
    this.name = 'HostNotFoundError';
  }
}
