/** Sending again from the command line: named ones, jobs, dead letters and what their queue names. */
import { ledgerMigrations } from '@northwind/event-store';
import { startSqs, testDatabase } from '@northwind/testing';
import { deliveryMigrations, openDeadLetterQueue } from '@northwind/webhooks';
import { Client } from 'pg';
import { expect, test, vi } from 'vitest';
import { runInProcess } from '../../../test/run-in-process.ts';

const endpointId = (nth: number) => `we_${String(nth).padStart(32, '0')}`;
const deliveryId = (nth: number) => `01a201d7-0b00-89b7-b4ae-${String(nth).padStart(12, '0')}`;
const UNKNOWN = deliveryId(999);

/** Given-up deliveries 1 to 3 of mer_001, and 4 of mer_002, whose endpoint is disabled. */
async function openDeadLetters() {
  const database = await testDatabase([ledgerMigrations, deliveryMigrations]);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    `insert into delivery.endpoints (endpoint_id, merchant_id, url, status, disabled_at, disabled_reason) values
       ($1, 'mer_001', 'https://example.com/hooks', 'enabled', null, null),
       ($2, 'mer_002', 'https://example.org/hooks', 'disabled', now(), 'gone')`,
    [endpointId(1), endpointId(2)],
  );
  for (const nth of [1, 2, 3, 4]) {
    await client.query(
      `insert into delivery.deliveries (delivery_id, endpoint_id, merchant_id, partition, "offset", event_type,
         payout_id, body, state, attempts_made, last_outcome, completed_at)
       values ($1, $2, $3, 4, $4, 'payout.settled', $5, '{}', 'exhausted', 9, 'timeout', now())`,
      [deliveryId(nth), endpointId(nth < 4 ? 1 : 2), nth < 4 ? 'mer_001' : 'mer_002', nth, `po_${nth}`],
    );
    await client.query(`insert into delivery.dead_letters (delivery_id, last_outcome) values ($1, 'timeout')`, [
      deliveryId(nth),
    ]);
  }
  const env: Record<string, string> = { DATABASE_URL: database.url };
  return {
    env,
    settle: (...commandLine: string[]) => runInProcess(['webhooks', ...commandLine], env),
    async states() {
      const { rows } = await client.query<{ state: string }>(
        'select state from delivery.deliveries order by delivery_id',
      );
      return rows.map(({ state }) => state);
    },
    async [Symbol.asyncDispose]() {
      await client.end();
      await database.drop();
    },
  };
}

test('settle webhooks resend sends those that are named, and says of each what became of it', async () => {
  await using stage = await openDeadLetters();
  const all = await stage.settle('resend', deliveryId(1), deliveryId(4), UNKNOWN, '--by', 'ada');
  expect(all.exitCode).toBe(1);
  expect(all.out.split('\n')).toEqual([
    `${deliveryId(1)} is sent again`,
    `${deliveryId(4)} can’t be sent: its endpoint is disabled`,
    `${UNKNOWN} is no delivery`,
  ]);
  expect(await stage.states()).toEqual(['pending', 'exhausted', 'exhausted', 'exhausted']);
  const again = await stage.settle('resend', deliveryId(1), '--by', 'ada', '--json');
  expect(JSON.parse(again.out)).toEqual({ deliveries: [{ deliveryId: deliveryId(1), outcome: 'brought_forward' }] });
  expect(await stage.settle('resend', deliveryId(2), '--merchant', 'mer_002', '--by', 'ada')).toMatchObject({
    exitCode: 1,
    out: `${deliveryId(2)} is no delivery`,
  });
});

test.for([
  ['without who says so', ['resend', deliveryId(1)], '--by'],
  ['a webhook id', ['resend', 'msg_1', '--by', 'ada'], 'it is a UUID'],
  ['neither --merchant nor --all', ['resend', '--by', 'ada'], '--merchant <id> or --all'],
  ['both --merchant and --all', ['resend', '--merchant', 'mer_001', '--all', '--by', 'ada'], 'either'],
  ['a time that is none', ['resend', '--all', '--from', 'yesterday', '--by', 'ada'], '2026-11-22T06:00:00Z'],
  ['a rate of nothing', ['resend', '--all', '--rate', '0', '--by', 'ada'], '--rate'],
  ['a job that is not there', ['jobs', 'rj_none'], 'settle webhooks jobs lists them'],
  ['items of no job', ['jobs', '--items', 'skipped'], 'name the job'],
  ['a state that is none', ['jobs', 'rj_none', '--items', 'lost'], '--items'],
] as const)('%s is refused with what to do', async ([, commandLine, advice]) => {
  await using stage = await openDeadLetters();
  const { exitCode, err } = await stage.settle(...commandLine);
  expect(exitCode).toBe(2);
  expect(err).toContain(advice);
  expect(await stage.states()).toEqual(Array(4).fill('exhausted'));
});

test('settle webhooks resend makes a job of what matches; jobs lists it and steers it', async () => {
  await using stage = await openDeadLetters();
  expect((await stage.settle('jobs')).out).toBe('no bulk re-sends');
  const dry = await stage.settle('resend', '--merchant', 'mer_001', '--dry-run', '--by', 'ada');
  expect(dry.out).toContain('3 deliveries match');
  expect(dry.out).toContain('po_2');
  expect((await stage.settle('jobs')).out).toBe('no bulk re-sends');
  expect((await stage.settle('resend', '--all', '--payout', 'po_9', '--dry-run', '--by', 'ada')).out).toBe(
    'nothing matches',
  );

  const { jobId, total } = JSON.parse((await stage.settle('resend', '--all', '--by', 'ada', '--json')).out);
  expect(total).toBe(4);
  const listed = await stage.settle('jobs', jobId);
  expect(listed.out).toMatch(new RegExp(`${jobId} .*ada +all +running +50 +4 +4 `));
  expect((await stage.settle('jobs', jobId, '--items', 'waiting')).out).toContain(deliveryId(3));
  expect((await stage.settle('jobs', jobId, '--items', 'skipped')).out).toBe('none');
  const { items } = JSON.parse((await stage.settle('jobs', jobId, '--items', 'waiting', '--limit', '2', '--json')).out);
  expect(items).toHaveLength(2);

  expect((await stage.settle('jobs', 'pause', jobId)).out).toContain('paused');
  expect((await stage.settle('jobs', 'resume', jobId)).out).toContain('running');
  expect((await stage.settle('jobs', 'cancel', jobId)).out).toContain('cancelled');
  expect(await stage.settle('jobs', 'resume', jobId)).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('it can’t be changed any more'),
  });
});

test('settle webhooks dead-letters lists what was given up, of whom it is asked', async () => {
  await using stage = await openDeadLetters();
  const all = (await stage.settle('dead-letters')).out;
  for (const nth of [1, 2, 3, 4]) expect(all).toContain(deliveryId(nth));
  const { deadLetters } = JSON.parse((await stage.settle('dead-letters', '--merchant', 'mer_002', '--json')).out);
  expect(deadLetters).toMatchObject([{ payoutId: 'po_4', lastOutcome: 'timeout', attemptsMade: 9, announced: false }]);
  expect((await stage.settle('dead-letters', '--endpoint', endpointId(3))).out).toBe('no dead letters');
});

test('settle webhooks redrive sends what the queue names; what it can’t stays there, and is said', async () => {
  await using stage = await openDeadLetters();
  const sqs = await startSqs();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  try {
    const queueUrl = await sqs.createQueue('webhook-dead-letters', { VisibilityTimeout: '1' });
    Object.assign(stage.env, {
      SQS_WEBHOOK_DEAD_LETTERS_URL: queueUrl,
      SQS_ENDPOINT: sqs.endpoint,
      AWS_REGION: sqs.region,
    });
    expect(await stage.settle('redrive', '--by', 'ada')).toEqual({
      exitCode: 0,
      out: 'the dead-letter queue is empty',
      err: '',
    });
    const queue = openDeadLetterQueue({ queueUrl, region: sqs.region, endpoint: sqs.endpoint });
    const letter = (nth: number) => JSON.stringify({ type: 'webhook.dead_letter', deliveryId: deliveryId(nth) });
    expect(await queue.send([letter(1), letter(4), 'somebody else’s'])).toHaveLength(3);
    queue.close();
    const { exitCode, out } = await stage.settle('redrive', '--by', 'ada');
    expect(out).toBe('3 messages: 1 sent again, 1 kept because the endpoint is off, 1 kept that are no dead letters');
    expect(exitCode).toBe(1);
    expect(await stage.states()).toEqual(['pending', 'exhausted', 'exhausted', 'exhausted']);
  } finally {
    vi.unstubAllEnvs();
    await sqs.stop();
  }
});
