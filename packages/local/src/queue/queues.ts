/**
 * The queues of the system and what they are called on this machine; in production their URLs come from the
 * environment.
 */

export const EVENTS_QUEUE = 'settlement-events';
export const EVENTS_DEAD_LETTER_QUEUE = 'settlement-events-dlq';
export const WEBHOOK_DEAD_LETTER_QUEUE = 'webhook-dead-letters';

/** The account that fauxqs answers for; it is part of every queue URL and ARN. */
const ACCOUNT = '000000000000';

const RETENTION_SECONDS_MAX = 1_209_600; // 14 days, SQS's own limit: time to notice and to redrive

export interface QueueDefinition {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export function queueUrl(endpoint: string, name: string): string {
  return `${endpoint}/${ACCOUNT}/${name}`;
}

/** In order of creation: a redrive policy names a queue that exists. */
export function queueDefinitions(region: string): readonly QueueDefinition[] {
  return [
    { name: EVENTS_DEAD_LETTER_QUEUE, attributes: { MessageRetentionPeriod: String(RETENTION_SECONDS_MAX) } },
    { name: WEBHOOK_DEAD_LETTER_QUEUE, attributes: { MessageRetentionPeriod: String(RETENTION_SECONDS_MAX) } },
    {
      name: EVENTS_QUEUE,
      attributes: {
        MessageRetentionPeriod: String(RETENTION_SECONDS_MAX),
        // The writer extends it while a message waits; this is how long the messages of a killed writer are away.
        VisibilityTimeout: '30',
        ReceiveMessageWaitTimeSeconds: '20',
        // Every receive of a message that is not deleted counts, and a database outage of hours must not count as a bad
        // message: the writer stops receiving then. What reaches 50 has killed its writer 50 times.
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: `arn:aws:sqs:${region}:${ACCOUNT}:${EVENTS_DEAD_LETTER_QUEUE}`,
          maxReceiveCount: 50,
        }),
      },
    },
  ];
}
