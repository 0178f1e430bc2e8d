import { expect, it } from 'vitest';
import { readTrace } from './read-trace.ts';

const W3C = '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01';
const X_RAY = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

it.each([
  ['the W3C attribute as it is', W3C, undefined, W3C],
  ['the W3C attribute before the X-Ray header', W3C, 'Root=1-00000001-000000000000000000000002', W3C],
  ['the X-Ray header in W3C form', undefined, X_RAY, W3C],
  ['the X-Ray header when the attribute is not valid', 'nonsense', X_RAY, W3C],
  ['nothing for a header without a parent', undefined, 'Root=1-5759e988-bd862e3fe1be46a994272793', undefined],
  ['nothing for an id of zeros', W3C.replace('5759e988bd862e3fe1be46a994272793', '0'.repeat(32)), undefined, undefined],
  ['nothing for an attribute without an end', `${W3C}-${'x'.repeat(250_000)}`, undefined, undefined],
  ['nothing for nothing', undefined, undefined, undefined],
])('reads %s', (_, traceparent, awsTraceHeader, expected) => {
  expect(readTrace({ traceparent, awsTraceHeader })).toBe(expected);
});

it('keeps the decision not to sample', () => {
  const header = 'Self=1-2-3; Sampled=0 ;Parent=53995c3f42cd8ad8;Root=1-5759e988-bd862e3fe1be46a994272793';
  expect(readTrace({ traceparent: undefined, awsTraceHeader: header })).toBe(W3C.replace(/01$/, '00'));
});
