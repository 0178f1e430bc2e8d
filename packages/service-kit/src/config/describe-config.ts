import { z } from 'zod';

export interface ConfigVariable {
  readonly name: string;
  readonly description: string;
  /** As one would write it in the environment; null when there is none. */
  readonly default: string | null;
  readonly required: boolean;
  readonly secret: boolean;
}

/** What a schema's variables are, for the generated table in the docs and for hints. */
export function describeConfig(schema: z.ZodObject): ConfigVariable[] {
  return Object.entries(schema.shape).map(([name, field]) => describeVariable(name, field as z.ZodType));
}

function describeVariable(name: string, field: z.ZodType): ConfigVariable {
  const absent = field.safeParse(undefined);
  return {
    name,
    description: findMeta(field, 'description') ?? '',
    default: absent.success && absent.data !== undefined ? String(absent.data) : null,
    required: !absent.success,
    secret: findMeta(field, 'secret') ?? false,
  };
}

declare module 'zod' {
  interface GlobalMeta {
    /** Never shown: redacted in logs, in messages and in the docs table. */
    secret?: boolean | undefined;
  }
}

// Metadata stands on the type it was given to, and .default(), .optional() and .pipe() each wrap that in another.
function findMeta<K extends 'description' | 'secret'>(field: z.ZodType, key: K): z.GlobalMeta[K] {
  for (let type: z.ZodType | undefined = field; type; type = innerType(type)) {
    const value = z.globalRegistry.get(type)?.[key];
    if (value !== undefined) return value;
  }
  return undefined;
}

function innerType(type: z.ZodType): z.ZodType | undefined {
  const definition = type.def as { innerType?: z.ZodType; in?: z.ZodType };
  return definition.innerType ?? definition.in;
}
