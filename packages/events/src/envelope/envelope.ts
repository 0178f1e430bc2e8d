import { z } from 'zod';
import { EVENT_TYPES, isEventType } from '../catalogue/catalogue.ts';
import { id, refuse, text } from '../catalogue/fields.ts';
import { quote } from '../parse/rejection.ts';

const URI_REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const JSON_CONTENT_TYPE = /^application\/json\s*(?:;.*)?$/i;
const SOURCE_LENGTH_MAX = 512;

/**
 * The CloudEvents 1.0 envelope in structured JSON mode. Extension attributes are allowed and ignored, except
 * `traceparent`. An optional attribute that is null counts as absent, as the CloudEvents JSON format says. `time` and
 * `dataschema` are only typed here; parseEvent reads their values once, for what it makes of them.
 */
export const envelope = z
  .looseObject({
    specversion: z
      .string()
      .check((ctx) => {
        if (ctx.value !== '1.0') refuse(ctx, 'specversion_unsupported', `is ${quote(ctx.value)}; send "1.0"`);
      })
      .meta({ description: 'The CloudEvents version.', const: '1.0' }),
    type: z
      .string()
      .check((ctx) => {
        if (isEventType(ctx.value)) return;
        refuse(
          ctx,
          'type_unknown',
          `${quote(ctx.value)} is not in the catalogue; send one of ${EVENT_TYPES.join(', ')}`,
        );
      })
      .meta({ description: 'What happened.', enum: [...EVENT_TYPES] }),
    id: id('The producer’s own id of this message. Deduplication does not use it.'),
    source: text(SOURCE_LENGTH_MAX, 'Which producer says so: a URI reference.')
      .check((ctx) => {
        if (!URI_REFERENCE.test(ctx.value)) {
          refuse(ctx, 'source_invalid', `${quote(ctx.value)} is not a URI reference; send one such as /payments/eu-1`);
        }
      })
      .meta({ description: 'Which producer says so: a URI reference.', format: 'uri-reference', minLength: 1 }),
    subject: id('The id that the event is about, e.g. a paymentId.'),
    time: z.string().meta({
      description: 'When it happened: RFC 3339 with a zone and at most six fraction digits.',
      format: 'date-time',
      pattern: '^\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?([Zz]|[+-]\\d\\d:\\d\\d)$',
    }),
    datacontenttype: z
      .string()
      .check((ctx) => {
        if (JSON_CONTENT_TYPE.test(ctx.value)) return;
        refuse(ctx, 'content_type_unsupported', `is ${quote(ctx.value)}; send "application/json" or leave it out`);
      })
      .meta({ description: 'Always JSON.', pattern: '^application/json\\s*(;.*)?$' })
      .nullish(),
    dataschema: z.string().meta({ description: 'Which version of the type; absent means 1.', format: 'uri' }).nullish(),
    data: z
      .unknown()
      .check((ctx) => {
        const { value } = ctx;
        if (value === undefined) refuse(ctx, 'missing', 'is missing; send an object');
        else if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          refuse(ctx, 'not_an_object', `is ${quote(value)}; send an object`);
        }
      })
      .meta({ description: 'The event itself, as the schema of its type says.', type: 'object' }),
  })
  .check((ctx) => {
    if (ctx.value.data_base64 === undefined || ctx.value.data_base64 === null) return;
    refuse(ctx, 'content_type_unsupported', 'can’t be read; send the JSON object as data', ['data_base64']);
  });
