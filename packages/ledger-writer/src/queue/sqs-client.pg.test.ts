import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { systemClock } from '@northwind/service-kit';
import { startSqs } from '@northwind/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ClosableQueueClient, createSqsClient } from './sqs-client.ts';

const SECRET = 'its-secret';
const credentials = { accessKeyId: 'AKID', secretAccessKey: SECRET, sessionToken: 'its-token' };

describe('a queue server', () => {
  test('gives what is asked for, and says what is wrong as the SDK does', async () => {
    await using sqs = await startSqs();
    const QueueUrl = await sqs.createQueue('events');
    const client = createSqsClient({ region: sqs.region, endpoint: sqs.endpoint, credentials });
    try {
      await sqs.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'größer' }));
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
      expect(Messages.map(({ Body }) => Body)).toEqual(['größer']);
      const [{ ReceiptHandle } = {}] = Messages;
      const extended = await client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl,
          Entries: [{ Id: '0', ReceiptHandle, VisibilityTimeout: 60 }],
        }),
      );
      expect(extended.Successful).toEqual([{ Id: '0' }]);
      const deleted = await client.send(
        new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: '0', ReceiptHandle }] }),
      );
      expect(deleted.Successful).toEqual([{ Id: '0' }]);
      await expect(client.send(new ReceiveMessageCommand({ QueueUrl: `${QueueUrl}_2` }))).rejects.toBeInstanceOf(
        QueueDoesNotExist,
      );
    } finally {
      client.destroy();
    }
  });
});

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('a call', () => {
  let server: Server;
  let client: ClosableQueueClient;
  let seen: Seen[];
  let serverAheadMs: number;
  /** What the next calls are answered with; 200 and nothing when there is none left. */
  let answers: { readonly status: number; readonly type: string }[];

  beforeEach(async () => {
    seen = [];
    answers = [];
    serverAheadMs = 0;
    server = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request.setEncoding('utf8')) body += piece;
      seen.push({ headers: request.headers, body });
      const { status, type } = answers.shift() ?? { status: 200, type: '' };
      const date = new Date(systemClock.nowMs() + serverAheadMs).toUTCString();
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', date });
      response.end(status === 200 ? '{}' : JSON.stringify({ __type: type, message: 'says the server' }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    client = createSqsClient({ region: 'eu-west-1', endpoint: `http://127.0.0.1:${port}`, credentials });
  });

  afterEach(async () => {
    client.destroy();
    server.close();
    await once(server, 'close');
  });

  const QueueUrl = 'http://queue/1/events';
  const commands = [
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: '0', ReceiptHandle: 'h' }] }),
    new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [{ Id: '0', ReceiptHandle: 'h' }] }),
    new GetQueueAttributesCommand({ QueueUrl }),
  ];

  test.each(commands)('of $constructor.name is signed so that AWS would take it', async (command) => {
    await client.send(command as ReceiveMessageCommand);
    expect(seen).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '' }] = seen;
    expect(JSON.parse(body)).toEqual(command.input);
    expect(headers['x-amz-target']).toBe(`AmazonSQS.${command.constructor.name.replace('Command', '')}`);
    expect(headers['x-amz-security-token']).toBe('its-token');
    expect(headers.authorization).toBe(authorizationOf({ headers, body }));
    expect(headers.authorization).toMatch(
      /Credential=AKID\/\d{8}\/eu-west-1\/sqs\/aws4_request, SignedHeaders=.*host;/,
    );
  });

  test('that is throttled is made again', async () => {
    answers = [{ status: 400, type: 'ThrottlingException' }];
    await expect(client.send(new ReceiveMessageCommand({ QueueUrl }))).resolves.toBeDefined();
    expect(seen).toHaveLength(2);
  });

  test('that was signed by a wrong clock is made again by the queue’s, and so are those after it', async () => {
    serverAheadMs = 3_600_000;
    answers = Array.from({ length: 2 }, () => ({ status: 403, type: 'RequestTimeTooSkewed' }));
    await client.send(new ReceiveMessageCommand({ QueueUrl }));
    await client.send(new ReceiveMessageCommand({ QueueUrl }));
    const hours = seen.map(({ headers }) => (aheadMsOf(headers) / 3_600_000).toFixed(1).replace('-', ''));
    expect(hours).toEqual(['0.0', '0.0', '1.0', '1.0']);
  });

  test.each([
    [400, 'com.amazonaws.sqs#QueueDoesNotExist', 'QueueDoesNotExist'],
    [403, 'AccessDenied', 'AccessDenied'],
    [403, 'com.amazonaws.sqs#KmsAccessDenied', 'KmsAccessDenied'],
  ])('that is refused for good (%i %s) is not made again', async (status, type, name) => {
    answers = Array.from({ length: 9 }, () => ({ status, type }));
    await expect(client.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({ name });
    expect(seen).toHaveLength(1);
  });

  test.each([
    [500, 'InternalFailure'],
    [503, 'ServiceUnavailable'],
    [400, 'com.amazonaws.sqs#RequestThrottled'],
    [429, 'OfANameThatNobodyKnows'],
  ])('that may succeed the next time (%i %s) is made again', async (status, type) => {
    answers = [{ status, type }];
    await expect(client.send(new ReceiveMessageCommand({ QueueUrl }))).resolves.toBeDefined();
    expect(seen).toHaveLength(2);
  });

  test('whose connection is cut is made again', async () => {
    server.prependOnceListener('request', (request) => request.socket.destroy());
    await expect(client.send(new ReceiveMessageCommand({ QueueUrl }))).resolves.toBeDefined();
  });

  test('that was aborted is not made again', async () => {
    const stopped = new AbortController();
    server.prependListener('request', () => stopped.abort());
    const receiving = client.send(new ReceiveMessageCommand({ QueueUrl }), { abortSignal: stopped.signal });
    await expect(receiving).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.length).toBeLessThanOrEqual(1);
  });
});

/** `20261122T060000Z` against this machine's clock. */
function aheadMsOf({ 'x-amz-date': date }: IncomingHttpHeaders): number {
  const text = String(date).replace(/^(....)(..)(..T..)(..)(..)Z$/, '$1-$2-$3:$4:$5Z');
  return Date.parse(text) - systemClock.nowMs();
}

/** Signature Version 4 as AWS documents it, from what arrived. */
function authorizationOf({ headers, body }: Seen): string {
  const [, scope = '', names = ''] =
    /Credential=AKID\/([^,]+), SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonicalHeaders = names.split(';').map((name) => `${name}:${headers[name]}\n`);
  const canonical = ['POST', '/', '', canonicalHeaders.join(''), names, sha256(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => createHmac('sha256', secret).update(part).digest(), `AWS4${SECRET}`);
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=AKID/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}
