/** PostgreSQL in a container, and what can befall its machine; the image is that of tools/containers/build-image.sh. */

import { createDatabaseClient, randomId } from '@northwind/service-kit';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';

export interface PostgresContainerOptions {
  /** Its data is on a disk of this size, in memory; without it on the engine's own. */
  readonly diskMegabytes?: number;
}

export interface PostgresContainer extends AsyncDisposable {
  /** URL of its `postgres` database, as superuser; the same after every trouble. */
  readonly url: string;
  /** SIGKILL to every process in it. */
  kill(): Promise<void>;
  /** Starts it again if it does not run. */
  start(): Promise<void>;
  /** Freezes every process; connections stay open. */
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Takes its network away: what is sent to it vanishes. */
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
  /** Leaves not a byte on its disk; only with `diskMegabytes`. */
  fillDisk(): Promise<void>;
  freeDisk(): Promise<void>;
  stop(): Promise<void>;
}

const IMAGE = 'northwind/postgres:15';
const PORT = 5432;
const PASSWORD = 'postgres';
const NETWORK = 'bridge';
const START_TIMEOUT_MS = 60_000;
// Every commit is durable, and little room is needed beside the data.
const SETTINGS = ['fsync=on', 'synchronous_commit=on', 'max_wal_size=32MB', 'min_wal_size=5MB', 'shared_buffers=64MB'];

export async function startPostgresContainer(options: PostgresContainerOptions = {}): Promise<PostgresContainer> {
  const port = await freePort();
  await using cleanup = new AsyncDisposableStack();
  const disk = options.diskMegabytes === undefined ? null : await createDisk(options.diskMegabytes);
  if (disk !== null) cleanup.defer(disk.remove);
  const described = new GenericContainer(IMAGE)
    .withEnvironment({ POSTGRES_PASSWORD: PASSWORD, WAL_SEGMENT_MB: '1' })
    .withCommand(SETTINGS.flatMap((setting) => ['-c', setting]))
    .withExposedPorts({ container: PORT, host: port })
    .withBindMounts(disk === null ? [] : [{ source: disk.volume, target: '/data' }]);
  const container = await described.start();
  cleanup.defer(async () => void (await container.stop({ timeout: 0 })));
  const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
  await untilAnswers(url);
  const { container: engine } = await getContainerRuntimeClient();
  const { dockerode } = engine;
  const handle = dockerode.getContainer(container.getId());
  const network = dockerode.getNetwork(NETWORK);
  const onDisk = async (script: string) => {
    if (disk === null) throw new Error('it has no disk of its own: say diskMegabytes');
    await disk.run(script);
  };
  const all = cleanup.move();
  const stop = () => all.disposeAsync();
  return {
    url,
    kill: async () => {
      await handle.kill({ signal: 'SIGKILL' });
      await eventually(async () => !(await handle.inspect()).State.Running);
    },
    start: async () => {
      if (!(await handle.inspect()).State.Running) await handle.start();
      await untilAnswers(url);
    },
    pause: async () => void (await handle.pause()),
    unpause: async () => void (await handle.unpause()),
    disconnect: async () => void (await network.disconnect({ Container: container.getId(), Force: true })),
    reconnect: async () => {
      await network.connect({ Container: container.getId() });
      await untilAnswers(url);
    },
    fillDisk: () => onDisk('cat /dev/zero > /data/ballast || true'),
    freeDisk: () => onDisk('rm -f /data/ballast'),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Disk {
  readonly volume: string;
  run(script: string): Promise<void>;
  remove(): Promise<void>;
}

/** A small disk in memory. It lasts as long as somebody has it mounted, so a second container does nothing else. */
async function createDisk(megabytes: number): Promise<Disk> {
  const { container: engine } = await getContainerRuntimeClient();
  const volume = `northwind-${randomId()}`;
  const DriverOpts = { type: 'tmpfs', device: 'tmpfs', o: `size=${megabytes}m` };
  await engine.dockerode.createVolume({ Name: volume, Driver: 'local', DriverOpts });
  const keeper: StartedTestContainer = await new GenericContainer(IMAGE)
    .withEntrypoint(['sleep', 'infinity'])
    .withBindMounts([{ source: volume, target: '/data' }])
    .start();
  return {
    volume,
    run: async (script) => void (await keeper.exec(['sh', '-c', script])),
    remove: async () => {
      await keeper.stop({ timeout: 0 });
      await engine.dockerode.getVolume(volume).remove();
    },
  };
}

async function untilAnswers(url: string): Promise<void> {
  const answers = async () => {
    const client = createDatabaseClient({ url, applicationName: 'container test' });
    client.on('error', () => undefined);
    await client.connect();
    await client.end();
  };
  await eventually(answers, { timeoutMs: START_TIMEOUT_MS, intervalMs: 200, describe: 'PostgreSQL answers' });
}
