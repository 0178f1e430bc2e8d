import { dataschemaOf } from '../src/index.ts';
import { exampleEvents } from '../src/testing.ts';
import { dataSchema, ENVELOPE_NAME, entries, envelopeSchema, type JsonObject, schemaName } from './build-schemas.ts';

const CHANNEL = 'settlementEvents';

/** The AsyncAPI 3 document: what may be sent to the queue of events, one message per type and version. */
export function buildAsyncapi(): JsonObject {
  return {
    asyncapi: '3.0.0',
    id: 'urn:northwind:settlement',
    info: {
      title: 'Northwind Settlement: events in',
      version: '1.0.0',
      description:
        'What the payments platform tells the settlement layer. Send each event as structured CloudEvents 1.0 JSON ' +
        'in the body of an SQS message. Sending twice is safe: type, subject and time make the idempotency key.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      tags: [{ name: 'settlement' }],
    },
    defaultContentType: 'application/cloudevents+json',
    channels: {
      [CHANNEL]: {
        address: 'settlement-events',
        title: 'Events to settle',
        description: 'At-least-once, in any order. Standard and FIFO queues both work.',
        messages: Object.fromEntries(
          entries.map((entry) => [schemaName(entry), ref(`components/messages/${schemaName(entry)}`)]),
        ),
        bindings: { sqs: { queue: { name: 'settlement-events', fifoQueue: false }, bindingVersion: '0.2.0' } },
      },
    },
    operations: {
      receiveSettlementEvents: {
        action: 'receive',
        title: 'Receive events to settle',
        summary: 'Each event is appended to the log once, or recorded as a duplicate, a conflict or a rejection.',
        channel: ref(`channels/${CHANNEL}`),
        messages: entries.map((entry) => ref(`channels/${CHANNEL}/messages/${schemaName(entry)}`)),
      },
    },
    components: { messages: messages(), schemas: schemas() },
  };
}

function messages(): JsonObject {
  const examples = new Map(exampleEvents().map((event) => [event.dataschema, event]));
  return Object.fromEntries(
    entries.map((entry) => {
      const dataschema = dataschemaOf(entry.type, entry.version);
      const example = examples.get(dataschema);
      const message = {
        name: entry.type,
        title: `${entry.type} v${entry.version}`,
        summary: entry.summary,
        contentType: 'application/cloudevents+json',
        payload: {
          allOf: [
            ref(`components/schemas/${ENVELOPE_NAME}`),
            {
              type: 'object',
              properties: {
                type: { const: entry.type },
                data: ref(`components/schemas/${schemaName(entry)}`),
              },
            },
          ],
        },
        ...(example === undefined ? {} : { examples: [{ name: schemaName(entry), payload: example }] }),
      };
      return [schemaName(entry), message];
    }),
  );
}

function schemas(): JsonObject {
  const data = entries.map((entry): [string, JsonObject] => [schemaName(entry), dataSchema(entry, 'draft-7')]);
  return Object.fromEntries([[ENVELOPE_NAME, envelopeSchema('draft-7')], ...data]);
}

function ref(path: string): JsonObject {
  return { $ref: `#/${path}` };
}
