import { createInterface } from 'node:readline';
import { verifyWebhook } from './snippet.mjs';

for await (const line of createInterface({ input: process.stdin })) {
  const fields = line.split('\t');
  const [body, id, timestamp, signature, secrets] = fields.map((field) => Buffer.from(field, 'base64'));
  const headers = { 'webhook-id': `${id}`, 'webhook-timestamp': `${timestamp}`, 'webhook-signature': `${signature}` };
  try {
    process.stdout.write(`accepted ${verifyWebhook(body, headers, `${secrets}`.split(','), Number(fields[5]))}\n`);
  } catch (error) {
    process.stdout.write(`refused ${error.message}\n`);
  }
}
