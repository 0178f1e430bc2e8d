import { describe, expect, test } from 'vitest';
import { classifyError } from './classify-error.ts';
import { Problem, problemBody } from './problems.ts';

describe('classifyError', () => {
  test.each([
    [new Problem('not_found', 'x'), 'not_found'],
    [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'unavailable'],
    [Object.assign(new Error('terminating'), { code: '57P01' }), 'unavailable'],
    [Object.assign(new Error('x'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }), 'body_too_large'],
    [
      Object.assign(new Error('x'), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE', statusCode: 415 }),
      'media_type_unsupported',
    ],
    [Object.assign(new Error('x'), { statusCode: 400 }), 'validation_failed'],
    [Object.assign(new Error('x'), { code: '23505' }), 'internal_error'],
    [new TypeError('undefined is not a function'), 'internal_error'],
    ['a string', 'internal_error'],
    [null, 'internal_error'],
  ])('%s is %s', (error, code) => {
    expect(classifyError(error).code).toBe(code);
  });

  test('says nothing of what went wrong inside', () => {
    const secret = 'relation "access.api_keys" does not exist at 10.0.0.7';
    const body = JSON.stringify(problemBody(classifyError(new Error(secret)), 'b6d1'));
    expect(body).not.toContain('api_keys');
    expect(body).not.toContain('10.0.0.7');
    expect(JSON.parse(body)).toMatchObject({
      type: 'urn:northwind:problem:internal-error',
      status: 500,
      instance: 'urn:uuid:b6d1',
    });
  });
});
