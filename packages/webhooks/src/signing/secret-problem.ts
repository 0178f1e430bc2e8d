/** Why a secret can't be rotated or removed: a closed list. Each is for the caller to correct. */
export const SECRET_PROBLEMS = {
  scheme_unknown: { field: 'scheme', message: 'must be v1 or v1a' },
  overlap_invalid: { field: 'overlapHours', message: 'must be a whole number from 0 to 168' },
  secret_not_for_scheme: {
    field: 'secret',
    message: 'can be given for v1 only: the private key of v1a never leaves this system',
  },
  secret_form: {
    field: 'secret',
    message: 'must be whsec_ and 24 to 64 bytes in standard base64; make one with: openssl rand -base64 32',
  },
  secret_weak: { field: 'secret', message: 'must be random bytes; make them with: openssl rand -base64 32' },
  endpoint_not_found: { field: 'endpointId', message: 'is no endpoint of this merchant' },
  too_many_secrets: {
    field: 'overlapHours',
    message: 'must be 0 now, which ends all older secrets, because 3 secrets of this scheme are in use already',
  },
  version_not_found: { field: 'version', message: 'is no secret of this endpoint that is in use' },
  secret_is_current: { field: 'version', message: 'is the current secret, which is only replaced: rotate it' },
} as const;

export type SecretProblemCode = keyof typeof SECRET_PROBLEMS;

export interface SecretProblem {
  readonly code: SecretProblemCode;
  readonly field: string;
  /** Reads on from the field's name: "scheme must be v1 or v1a". */
  readonly message: string;
}

export interface RefusedSecret {
  readonly ok: false;
  readonly problem: SecretProblem;
}

export function refuseSecret(code: SecretProblemCode): RefusedSecret {
  return { ok: false, problem: { code, ...SECRET_PROBLEMS[code] } };
}
