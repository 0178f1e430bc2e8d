/**
 * A process of its own, as most teams write it: eight sqs-consumers, a prepared one-row `INSERT … ON CONFLICT DO
 * NOTHING` for each message, ten at a time, then the messages are deleted. No validation, no fingerprint, no outcome.
 */
import { type Message, SQSClient } from '@aws-sdk/client-sqs';
import { environment } from '@northwind/service-kit';
import pg from 'pg';
import { Consumer } from 'sqs-consumer';

const CONSUMERS = 8;
const CONNECTIONS = 32;
const INSERT = `
  insert into plain_events (key, type, merchant_id, subject, occurred_at, data) values ($1, $2, $3, $4, $5, $6)
  on conflict (key) do nothing`;

const { AWS_REGION: region = '', SQS_ENDPOINT: endpoint = '', SQS_EVENTS_URL: queueUrl = '' } = environment();
const { DATABASE_URL: connectionString = '' } = environment();
const sqs = new SQSClient({ region, endpoint });
const pool = new pg.Pool({ connectionString, max: CONNECTIONS, idleTimeoutMillis: 0 });

process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));

async function store({ Body = '' }: Message): Promise<void> {
  const { id, type, subject, time, data } = JSON.parse(Body);
  const values = [id, type, data.merchantId, subject, time, JSON.stringify(data)];
  await pool.query({ name: 'insert', text: INSERT, values });
}

function fail(error: Error): never {
  process.stderr.write(`sqs-consumer: ${error.message}\n`);
  process.exit(1);
}

for (let n = 0; n < CONSUMERS; n += 1) {
  const consumer = Consumer.create({
    queueUrl,
    sqs,
    batchSize: 10,
    handleMessageBatch: async (messages) => {
      await Promise.all(messages.map(store));
      return messages;
    },
  });
  consumer.on('error', fail);
  consumer.on('processing_error', fail);
  consumer.start();
}
