/**
 * Looks once, after the last kill, at who is connected: each process with the rights of its service. They are started
 * with the same login each time, so what the run shows is shown without an owner's rights.
 */
import type { Clock } from '@northwind/service-kit';
import pg from 'pg';
import { serviceLogin } from '../../stack/service-environment.ts';
import { waitUntil } from '../../stack/wait-until.ts';
import { CHAOS_CONSUMER, CHAOS_LOGIN } from '../processes/chaos-consumer.ts';
import { type Check, Wrongs } from './finding.ts';

export interface Login {
  readonly application: string;
  readonly login: string;
}

/** By the name that a process gives its connections. */
const EXPECTED: ReadonlyMap<string, string> = new Map([
  ['settlement-writer', serviceLogin('writer').login],
  ['settlement-projector', serviceLogin('projector').login],
  ['settlement-sealer', serviceLogin('sealer').login],
  [CHAOS_CONSUMER, CHAOS_LOGIN.login],
]);

const CONNECTED_TIMEOUT_MS = 20_000;

/** Of everything that is connected, the caller excepted, once all are: who was killed last may still be starting. */
export async function readLogins(databaseUrl: string, clock: Clock): Promise<readonly Login[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  let logins: readonly Login[] = [];
  const isComplete = async () => {
    const { rows } = await client.query<Login>(
      `select distinct application_name as application, usename as login from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    logins = rows;
    return [...EXPECTED.keys()].every((application) => rows.some((row) => row.application === application));
  };
  try {
    await waitUntil(isComplete, { clock, timeoutMs: CONNECTED_TIMEOUT_MS });
    return logins;
  } finally {
    await client.end();
  }
}

export function checkLogins(logins: readonly Login[]): Check {
  const wrongs = new Wrongs();
  for (const { application, login } of logins) {
    if (EXPECTED.get(application) !== login) wrongs.add(`${application || 'a connection without a name'} as ${login}`);
  }
  for (const application of EXPECTED.keys()) {
    if (!logins.some((each) => each.application === application)) wrongs.add(`${application} was not connected`);
  }
  return wrongs.check('least rights', `${EXPECTED.size} kinds of processes, each with the login of its service`);
}
