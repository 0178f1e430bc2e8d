/** The configuration variable by which every service learns what its database calls the schema `ledger`. */
import { z } from 'zod';

export const ledgerSchemaVariable = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a plain name: lower-case letters, digits and _')
  .default('ledger')
  .describe('what this database calls the schema of the log');
