import { expect, test } from 'vitest';
import { baseEnvironment, serviceEnvironment, stackAddresses } from './service-environment.ts';

test("a child gets none of its parent's settings of services, databases and AWS accounts", () => {
  const parent = {
    PATH: '/bin',
    HOME: '/home/x',
    DATABASE_URL: 'postgres://production',
    PGPASSWORD: 'secret',
    AWS_PROFILE: 'production',
    SQS_EVENTS_URL: 'https://sqs',
    SETTLEMENT_API_PORT: '1',
    SETTLEMENT_LOG_LEVEL: 'debug',
    GONE: undefined,
  };
  expect(baseEnvironment(parent)).toEqual({ PATH: '/bin', HOME: '/home/x', SETTLEMENT_LOG_LEVEL: 'debug' });
});

test('only those who need the key of secrets get it, and what the caller adds wins', () => {
  const options = { addresses: stackAddresses(1, 'p', 2), secretsKey: 'key', port: 3, portalFolder: null };
  const writer = serviceEnvironment({ ...options, service: 'writer', extra: { SETTLEMENT_LOG_LEVEL: 'warn' } }, {});
  const api = serviceEnvironment({ ...options, service: 'api' }, {});
  expect(writer).not.toHaveProperty('SETTLEMENT_SECRETS_KEY');
  expect(writer).toMatchObject({
    DATABASE_URL: 'postgres://stack_writer:p@127.0.0.1:1/settlement',
    SQS_EVENTS_URL: 'http://127.0.0.1:2/000000000000/settlement-events',
    SETTLEMENT_HEALTH_PORT: '3',
    SETTLEMENT_LOG_LEVEL: 'warn',
  });
  expect(api).toMatchObject({ SETTLEMENT_SECRETS_KEY: 'key', SETTLEMENT_API_PORT: '3' });
  expect(api).not.toHaveProperty('SETTLEMENT_HEALTH_PORT');
});
