import { createServer } from 'node:net';

/** True when this machine lets us listen there. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return listenOnce(port, host).then(
    () => true,
    () => false,
  );
}

/**
 * `preferred` if it is free, so that URLs stay the same from one start to the next; otherwise one that the system
 * chooses. `taken` are ports already given away but not listened on yet.
 */
export async function findFreePort(preferred: number | undefined, taken: ReadonlySet<number>): Promise<number> {
  if (preferred !== undefined && !taken.has(preferred) && (await isPortFree(preferred))) return preferred;
  for (;;) {
    const port = await listenOnce(0, '127.0.0.1');
    if (!taken.has(port)) return port;
  }
}

/** Some ports below 11,000 belong to old protocols, and every browser (and `fetch`) refuses to talk HTTP to them. */
export async function isOpenToBrowsers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}`, { method: 'HEAD', signal: AbortSignal.timeout(1) });
    return true;
  } catch (error) {
    return ((error as Error).cause as Error | undefined)?.message !== 'bad port';
  }
}

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
