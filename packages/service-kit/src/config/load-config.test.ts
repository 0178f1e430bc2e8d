import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { ConfigError } from './config-error.ts';
import { type LoadConfigOptions, loadConfig } from './load-config.ts';

const schema = z.object({
  DATABASE_URL: z.url().describe('URL of the database').meta({ secret: true }),
  SETTLEMENT_BATCH_SIZE_MAX: z.coerce.number().int().min(1).max(1000).default(100),
  SETTLEMENT_LOG_LEVEL: z.enum(['info', 'debug']).default('info'),
  SETTLEMENT_INSECURE: z.stringbool().default(false),
  SQS_ENDPOINT: z.url().optional(),
});

const DATABASE_URL = 'postgres://app:hunter2@localhost/app';

describe('loadConfig', () => {
  test('reads, converts and fills in defaults', () => {
    const config = loadConfig(schema, { DATABASE_URL, SETTLEMENT_BATCH_SIZE_MAX: '20', SETTLEMENT_INSECURE: 'true' });
    expect(config).toEqual({
      DATABASE_URL,
      SETTLEMENT_BATCH_SIZE_MAX: 20,
      SETTLEMENT_LOG_LEVEL: 'info',
      SETTLEMENT_INSECURE: true,
    });
    expect(config.SETTLEMENT_BATCH_SIZE_MAX satisfies number).toBe(20);
  });

  test('is frozen', () => {
    expect(Object.isFrozen(loadConfig(schema, { DATABASE_URL }))).toBe(true);
  });

  test('takes an empty variable as not set', () => {
    const config = loadConfig(schema, { DATABASE_URL, SETTLEMENT_BATCH_SIZE_MAX: '', SQS_ENDPOINT: '' });
    expect(config.SETTLEMENT_BATCH_SIZE_MAX).toBe(100);
    expect(config.SQS_ENDPOINT).toBeUndefined();
  });

  test('lists every wrong variable at once', () => {
    const error = failure({
      SETTLEMENT_BATCH_SIZE_MAX: '0',
      SETTLEMENT_LOG_LEVEL: 'loud',
      SQS_ENDPOINT: 'nowhere',
      SETTLEMENT_BATCH_SIZE: '20',
    });
    expect(error.problems.map(({ variable }) => variable)).toEqual([
      'DATABASE_URL',
      'SETTLEMENT_BATCH_SIZE_MAX',
      'SETTLEMENT_LOG_LEVEL',
      'SQS_ENDPOINT',
      'SETTLEMENT_BATCH_SIZE',
    ]);
    for (const { variable } of error.problems) expect(error.message).toContain(`\n  ${variable}: `);
    expect(error.message).toContain('5 environment variables are wrong:');
    expect(error.message).toContain('DATABASE_URL: is required and not set (URL of the database)');
    expect(error.message).toContain('got "loud"');
  });

  test('never shows the value of a secret', () => {
    expect(failure({ DATABASE_URL: 'hunter2' }).message).not.toContain('hunter2');
  });

  test('never shows a password in a URL that is wrong for another reason', () => {
    const strict = z.object({ QUEUE_URL: z.url({ protocol: /^https$/ }) });
    const load = () => loadConfig(strict, { QUEUE_URL: 'http://user:hunter2@queue' });
    expect(load).toThrow(ConfigError);
    expect(load).not.toThrow(/hunter2/);
  });
});

describe('variables that the schema does not have', () => {
  test('a typing mistake is refused, with the name that was meant', () => {
    expect(failure({ DATABASE_URL, SETTLEMENT_BATCHSIZE_MAX: '20' }).problems).toEqual([
      {
        variable: 'SETTLEMENT_BATCHSIZE_MAX',
        problem: 'is not a variable of this system',
        hint: 'did you mean SETTLEMENT_BATCH_SIZE_MAX?',
      },
    ]);
  });

  test('another process’s variable is fine when it is known', () => {
    const env = { DATABASE_URL, SETTLEMENT_API_PORT: '8080', SETTLEMENT_WRITER_FLUSH_MS: '5' };
    expect(failure(env).problems).toHaveLength(2);
    const knownVariables = ['SETTLEMENT_API_PORT', 'SETTLEMENT_WRITER_*'];
    expect(loadConfig(schema, env, { knownVariables })).toMatchObject({ DATABASE_URL });
  });

  test('a typing mistake in a known name is refused all the same', () => {
    const error = failure({ DATABASE_URL, SETTLEMENT_API_PROT: '8080' }, { knownVariables: ['SETTLEMENT_API_PORT'] });
    expect(error.problems[0]?.hint).toBe('did you mean SETTLEMENT_API_PORT?');
  });

  test('a name far from all others gets no guess', () => {
    expect(failure({ DATABASE_URL, SETTLEMENT_XYZZY_PLUGH: '1' }).problems[0]?.hint).not.toContain('did you mean');
  });

  test('names without the prefix are nobody’s business', () => {
    expect(loadConfig(schema, { DATABASE_URL, PATH: '/bin', DATABASE_URLS: 'x' })).toMatchObject({ DATABASE_URL });
  });

  test('the prefix can be another', () => {
    expect(failure({ DATABASE_URL, SHOP_COLOUR: 'red' }, { prefix: 'SHOP_' }).problems[0]?.variable).toBe(
      'SHOP_COLOUR',
    );
  });
});

function failure(env: Environment, options?: LoadConfigOptions): ConfigError {
  try {
    loadConfig(schema, env, options);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
