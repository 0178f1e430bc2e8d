import { findRunningStack, type Surroundings } from '../../cli/find-stack.ts';
import { UsageError } from '../../cli/usage-error.ts';

export interface SecretsKeys {
  readonly secretsKey: string;
  readonly oldSecretsKeys: readonly string[];
}

/** The keys that the environment names, as the services read them; else the key of the stack that runs here. */
export async function findSecretsKeys({ env, folder }: Surroundings): Promise<SecretsKeys> {
  const { oldSecretsKeysSchema, secretsKeySchema } = await import('@northwind/webhooks');
  const secretsKey = env.SETTLEMENT_SECRETS_KEY || findRunningStack(folder)?.secretsKey;
  const checked = secretsKeySchema.safeParse(secretsKey);
  if (!checked.success) {
    const problem = secretsKey === undefined ? 'is not set' : 'is not 32 bytes in base64';
    throw new UsageError(`SETTLEMENT_SECRETS_KEY ${problem}`, {
      hint: 'set it to the key that the webhook workers and the API have',
    });
  }
  const old = oldSecretsKeysSchema.safeParse(env.SETTLEMENT_SECRETS_KEYS_OLD);
  if (!old.success) {
    throw new UsageError('SETTLEMENT_SECRETS_KEYS_OLD is no list of keys', {
      hint: 'keys of 32 bytes in base64, separated by commas',
    });
  }
  return { secretsKey: checked.data, oldSecretsKeys: old.data };
}
