import { expect, test } from 'vitest';
import { checkLogins, type Login } from './check-logins.ts';

const RIGHT: readonly Login[] = [
  { application: 'settlement-writer', login: 'stack_writer' },
  { application: 'settlement-projector', login: 'stack_projector' },
  { application: 'settlement-sealer', login: 'stack_sealer' },
  { application: 'chaos-consumer', login: 'stack_consumer' },
];
const wrong = (logins: readonly Login[]) => checkLogins(logins).wrong;

test('each process with the login of its service is right', () => {
  expect(checkLogins(RIGHT)).toMatchObject({ isRight: true, wrong: [] });
});

test('the owner, another service’s login, a stranger and a process that was never there are found', () => {
  const owner = { application: 'settlement-writer', login: 'settlement' };
  expect(wrong([...RIGHT, owner])).toEqual(['settlement-writer as settlement']);
  expect(wrong([...RIGHT, { application: 'settlement-sealer', login: 'stack_writer' }])).toHaveLength(1);
  expect(wrong([...RIGHT, { application: '', login: 'settlement' }])).toHaveLength(1);
  expect(wrong(RIGHT.slice(1))).toEqual(['settlement-writer was not connected']);
});
