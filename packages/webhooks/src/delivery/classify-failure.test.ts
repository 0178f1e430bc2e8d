import { expect, test } from 'vitest';
import { BlockedTargetError } from '../egress/guarded-connector.ts';
import { HostNotFoundError } from '../egress/resolve-host.ts';
import { classifyFailure } from './classify-failure.ts';

const withCode = (code: string, message = 'connect 10.0.0.1:443') => Object.assign(new Error(message), { code });

test.each([
  [new BlockedTargetError(), 'blocked_target'],
  [new HostNotFoundError([]), 'dns_failed'],
  [withCode('ECONNREFUSED'), 'connection_refused'],
  [withCode('UND_ERR_CONNECT_TIMEOUT'), 'connect_timeout'],
  [withCode('UND_ERR_HEADERS_TIMEOUT'), 'timeout'],
  [withCode('UND_ERR_SOCKET'), 'connection_reset'],
  [withCode('HPE_INVALID_CONSTANT'), 'response_invalid'],
  [withCode('CERT_HAS_EXPIRED'), 'tls_failed'],
  [withCode('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls_failed'],
  [withCode('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls_failed'],
  [withCode('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls_failed'],
  [new AggregateError([withCode('ENETUNREACH'), withCode('ECONNREFUSED')]), 'connection_failed'],
  [new Error('failed', { cause: withCode('ECONNRESET') }), 'connection_reset'],
  [withCode('UND_ERR_NEVER_SEEN'), undefined],
  [new TypeError('a bug'), undefined],
  ['not an error', undefined],
])('%s is %s', (error, outcome) => {
  const failure = classifyFailure(error);
  expect(failure?.outcome).toBe(outcome);
  expect(failure?.detail ?? '').not.toContain('10.0.0.1');
});
