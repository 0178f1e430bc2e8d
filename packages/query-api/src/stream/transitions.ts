/**
 * The life of one socket as a total table: every state says what every input does. SPEC.md shows the same table, and a
 * test compares the two.
 */

export const STATES = ['waiting', 'reading', 'live', 'stalled', 'closed'] as const;
export type State = (typeof STATES)[number];

export const INPUTS = [
  'subscribe',
  'bad_message',
  'subscribe_timeout',
  'read',
  'read_failed',
  'changes',
  'overrun',
  'epoch_changed',
  'buffer_full',
  'buffer_drained',
  'pong_timeout',
  'session_ended',
  'refused',
  'drain',
  'gone',
] as const;
export type Input = (typeof INPUTS)[number];

export const ACTIONS = [
  'ignore',
  'answer_cursor',
  'go_live',
  'send',
  'hold',
  'catch_up',
  'wait_until_drained',
  'reset_epoch_changed',
  'reset_too_slow',
  'close_protocol_violation',
  'close_subscribe_timeout',
  'close_try_again_later',
  'close_ticket_refused',
  'close_drain',
  'terminate',
  'forget',
] as const;
export type Action = (typeof ACTIONS)[number];

export interface Transition {
  readonly to: State;
  readonly action: Action;
}

type Cell = readonly [to: State, action: Action];

const CLOSING = {
  pong_timeout: ['closed', 'terminate'],
  session_ended: ['closed', 'close_ticket_refused'],
  refused: ['closed', 'close_try_again_later'],
  drain: ['closed', 'close_drain'],
  gone: ['closed', 'forget'],
} as const satisfies Partial<Record<Input, Cell>>;

const UNWELCOME = {
  subscribe: ['closed', 'close_protocol_violation'],
  bad_message: ['closed', 'close_protocol_violation'],
} as const satisfies Partial<Record<Input, Cell>>;

const TABLE: Readonly<Record<State, Readonly<Record<Input, Cell>>>> = {
  waiting: {
    ...CLOSING,
    subscribe: ['reading', 'answer_cursor'],
    bad_message: ['closed', 'close_protocol_violation'],
    subscribe_timeout: ['closed', 'close_subscribe_timeout'],
    read: ['waiting', 'ignore'],
    read_failed: ['waiting', 'ignore'],
    changes: ['waiting', 'ignore'],
    overrun: ['waiting', 'ignore'],
    epoch_changed: ['waiting', 'ignore'],
    buffer_full: ['waiting', 'ignore'],
    buffer_drained: ['waiting', 'ignore'],
  },
  reading: {
    ...CLOSING,
    ...UNWELCOME,
    subscribe_timeout: ['reading', 'ignore'],
    read: ['live', 'go_live'],
    read_failed: ['closed', 'close_try_again_later'],
    changes: ['reading', 'hold'],
    overrun: ['reading', 'hold'],
    epoch_changed: ['reading', 'hold'],
    buffer_full: ['reading', 'ignore'],
    buffer_drained: ['reading', 'ignore'],
  },
  live: {
    ...CLOSING,
    ...UNWELCOME,
    subscribe_timeout: ['live', 'ignore'],
    read: ['live', 'ignore'],
    read_failed: ['live', 'ignore'],
    changes: ['live', 'send'],
    overrun: ['reading', 'catch_up'],
    epoch_changed: ['reading', 'reset_epoch_changed'],
    buffer_full: ['stalled', 'wait_until_drained'],
    buffer_drained: ['live', 'ignore'],
  },
  stalled: {
    ...CLOSING,
    ...UNWELCOME,
    subscribe_timeout: ['stalled', 'ignore'],
    read: ['stalled', 'ignore'],
    read_failed: ['stalled', 'ignore'],
    changes: ['stalled', 'ignore'],
    overrun: ['stalled', 'ignore'],
    epoch_changed: ['stalled', 'ignore'],
    buffer_full: ['stalled', 'ignore'],
    buffer_drained: ['reading', 'reset_too_slow'],
  },
  closed: {
    subscribe: ['closed', 'ignore'],
    bad_message: ['closed', 'ignore'],
    subscribe_timeout: ['closed', 'ignore'],
    read: ['closed', 'ignore'],
    read_failed: ['closed', 'ignore'],
    changes: ['closed', 'ignore'],
    overrun: ['closed', 'ignore'],
    epoch_changed: ['closed', 'ignore'],
    buffer_full: ['closed', 'ignore'],
    buffer_drained: ['closed', 'ignore'],
    pong_timeout: ['closed', 'ignore'],
    session_ended: ['closed', 'ignore'],
    refused: ['closed', 'ignore'],
    drain: ['closed', 'ignore'],
    gone: ['closed', 'forget'],
  },
};

export function transition(state: State, input: Input): Transition {
  const [to, action] = TABLE[state][input];
  return { to, action };
}
