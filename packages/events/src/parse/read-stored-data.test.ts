import { expect, test } from 'vitest';
import { readStoredData } from './read-stored-data.ts';

test('names are read as they are written, whatever was read before them', () => {
  const first = '{"\\\\": 1}';
  const second = '{"\\"": 1, "a": "\\\\"}';
  for (let turn = 0; turn < 3; turn += 1) {
    JSON.parse(first); // what the engine remembers of it, it would take for the name of the next
    expect(Object.keys(readStoredData(first) as object)).toEqual(['\\']);
    expect(Object.keys(readStoredData(second) as object)).toEqual(['"', 'a']);
  }
});

test('what is no JSON is an error', () => {
  expect(() => readStoredData('{"a": ')).toThrow(SyntaxError);
});
