import { expect, test } from 'vitest';
import { StartupError } from '../startup-error.ts';
import { explainStartupError } from './explain-startup-error.ts';

const refused = (address: string) =>
  Object.assign(new Error(`connect ECONNREFUSED ${address}:5432`), { code: 'ECONNREFUSED', address, port: 5432 });

test('a host with several addresses: the first is named', () => {
  const error = Object.assign(new AggregateError([refused('::1'), refused('127.0.0.1')]), { code: 'ECONNREFUSED' });
  expect(explainStartupError(error)).toBe('nothing answers at ::1:5432; start it, or correct its URL');
});

test('the cause is explained, however it is wrapped', () => {
  const wrapped = new Error('could not start', { cause: new AggregateError([refused('10.0.0.1')]) });
  expect(explainStartupError(wrapped)).toContain('nothing answers at 10.0.0.1:5432');
});

test('what we say ourselves goes before what lies under it', () => {
  const error = new StartupError('the queue is away', { hint: 'start the queue', cause: refused('10.0.0.1') });
  expect(explainStartupError(error)).toBe('the queue is away; start the queue');
});

test('a message of several lines becomes one', () => {
  expect(explainStartupError(new StartupError('one\n  two', { hint: 'three' }))).toBe('one two; three');
});

test('what the database refuses is a missing grant, unless it says itself what would do', () => {
  const notAllowed = (message: string, hint?: string) => Object.assign(new Error(message), { code: '42501', hint });
  expect(explainStartupError(notAllowed('permission denied for table events'))).toBe(
    'permission denied for table events; grant this role what it needs, or use the right role in DATABASE_URL',
  );
  expect(explainStartupError(notAllowed('it is beyond the head', 'settle groups --partitions shows the heads.'))).toBe(
    'it is beyond the head; settle groups --partitions shows the heads.',
  );
});

test('a connection that is never made', () => {
  expect(explainStartupError(new Error('timeout expired'))).toContain("didn't answer in time; check host and port");
});

test.each(['text', 7, null, undefined])('%s was thrown', (thrown) => {
  expect(explainStartupError(thrown)).toBe(String(thrown));
});

test('errors that the AWS SDK tells apart by name', () => {
  const named = (name: string) => Object.assign(new Error('a long story'), { name });
  expect(explainStartupError(named('QueueDoesNotExist'))).toBe(
    'the queue does not exist; create it, or correct its URL',
  );
  expect(explainStartupError(named('CredentialsProviderError'))).toContain('no AWS credentials were found; set AWS_');
});
