/** The versions of Standard Webhooks that we sign with. */
export const SIGNING_SCHEMES = ['v1', 'v1a'] as const;

/** `v1`: a secret both sides have. `v1a`: a key pair whose private key only we have. */
export type SigningScheme = (typeof SIGNING_SCHEMES)[number];

export function isSigningScheme(text: string): text is SigningScheme {
  return (SIGNING_SCHEMES as readonly string[]).includes(text);
}
