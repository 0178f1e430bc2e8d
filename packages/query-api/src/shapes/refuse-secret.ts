import type { SecretProblem } from '@northwind/webhooks';
import { Problem } from '../http/problems.ts';

/** The answer to a secret that can't be rotated or removed. */
export function refuseSecret({ code, field, message }: SecretProblem): Problem {
  if (code === 'endpoint_not_found') return endpointNotFound();
  if (code === 'version_not_found') {
    return new Problem('secret_not_found', 'This endpoint has no secret of this version in use.');
  }
  return new Problem('secret_refused', `${field} ${message}.`, [{ field, message }]);
}

export function endpointNotFound(): Problem {
  return new Problem('endpoint_not_found', 'This merchant has no endpoint with this id.');
}
