import type { ClaimedDelivery } from '../delivery/claim-deliveries.ts';
import { privateKeyOf } from './ed25519.ts';
import type { SecretBox } from './secret-box.ts';
import type { SigningKey } from './sign-message.ts';

/**
 * The keys to sign a delivery with, in the order of its secrets. Null when one can't be read: a message that lacks one
 * of its signatures would fail at a merchant who still checks that one.
 */
export function openSigningKeys(
  box: SecretBox,
  { endpointId, secrets }: Pick<ClaimedDelivery, 'endpointId' | 'secrets'>,
): SigningKey[] | null {
  const keys = secrets.map(({ version, scheme, keyId, ciphertext }) => {
    const bytes = box.open({ keyId, ciphertext: Buffer.from(ciphertext, 'base64') }, { endpointId, version });
    return bytes !== null && scheme === 'v1a' ? privateKeyOf(bytes) : bytes;
  });
  const readable = keys.filter((key) => key !== null);
  return readable.length === keys.length && keys.length > 0 ? readable : null;
}
