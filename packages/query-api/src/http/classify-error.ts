/** Which problem an error is for the caller. What is not foreseen is a 500 that says nothing about itself. */
import { MissingModelError } from '@northwind/projector';
import { isTransientDatabaseError } from '@northwind/service-kit';
import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { type FieldProblem, Problem } from './problems.ts';

export function classifyError(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return validationProblem(error);
  const code = (error as Partial<FastifyError> | null)?.code;
  const known = typeof code === 'string' ? FASTIFY_ERRORS[code] : undefined;
  if (known) return known();
  const status = (error as Partial<FastifyError> | null)?.statusCode;
  // What the framework itself refuses, say a header or an escape in the URL that can't be read.
  if (status !== undefined && status >= 400 && status < 500) {
    return new Problem('validation_failed', 'The request can’t be read.');
  }
  if (error instanceof MissingModelError) {
    return new Problem('read_model_missing', 'The active read model does not keep this yet; a rebuilt one will.');
  }
  if (isTransientDatabaseError(error)) {
    return new Problem('unavailable', 'The database can’t be reached right now. Try again in a second.');
  }
  return new Problem('internal_error', 'The request could not be answered. Quote `instance` when you ask about it.');
}

const notJson = () =>
  new Problem('validation_failed', 'The body is not valid JSON.', [{ field: '', message: 'is not valid JSON' }]);

const FASTIFY_ERRORS: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new Problem('body_too_large', 'The body may hold 64 KiB.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new Problem('media_type_unsupported', 'Send the body as application/json.'),
  FST_ERR_CTP_INVALID_JSON_BODY: notJson,
  FST_ERR_CTP_EMPTY_JSON_BODY: notJson,
};

function validationProblem(error: {
  readonly validation: readonly {
    readonly instancePath: string;
    readonly message?: string;
    readonly params?: unknown;
  }[];
  readonly validationContext?: string | undefined;
}): Problem {
  const errors = error.validation.flatMap(fieldProblems);
  const fields = [
    ...new Set(errors.map(({ field }) => field || WHOLE[error.validationContext ?? ''] || 'the request')),
  ];
  return new Problem('validation_failed', `Not valid: ${fields.join(', ')}.`, errors);
}

const WHOLE: Readonly<Record<string, string>> = { body: 'the body', querystring: 'the query', params: 'the path' };

function fieldProblems(issue: { instancePath: string; message?: string; params?: unknown }): FieldProblem[] {
  const field = issue.instancePath.slice(1).replaceAll('/', '.');
  // An unknown member is reported at its parent; the caller wants to know which one it is.
  const { keys } = (issue.params ?? {}) as { keys?: readonly string[] };
  if (keys) return keys.map((key) => ({ field: field ? `${field}.${key}` : key, message: 'is not known here' }));
  return [{ field, message: issue.message ?? 'is not valid' }];
}
