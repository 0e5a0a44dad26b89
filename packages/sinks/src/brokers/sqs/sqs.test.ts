import { expect, test } from 'vitest';
import { sinkContract } from '../../contract.js';
import { brokerOptionsAt } from '../../testing/brokers.js';
import { aDelivery, anAttempt, single } from '../../testing/builders.js';
import { isSignedV4, scriptedCloud } from '../../testing/clouds.js';
import { type Answer, receiver } from '../../testing/receiver.js';
import { openSqs } from './index.js';

const SECRET = 'a-secret-access-key';
const KEYS = { region: 'eu-central-1', accesskeyid: 'AKIDEXAMPLE', secretaccesskey: SECRET };
const TEXTS = { queue: '123456789012/pushes.fifo', group: '{{ repository }}' };
const event = { id: 'e', action: 'push', target: { repository: 'acme/app', tag: '1.0' } };
const push = (comment = '') => aDelivery({ payload: { event: { ...event, comment } } });

/** Takes what is signed with the secret, as SQS answers. */
const sqs: Answer = (response, request) => {
  const isRight = isSignedV4(request, SECRET) && request.headers['x-amz-target'] === 'AmazonSQS.SendMessage';
  const refused = { __type: 'com.amazon.coral.service#InvalidSignatureException', message: 'does not match' };
  response.writeHead(isRight ? 200 : 403).end(JSON.stringify(isRight ? { MessageId: 'm-1' } : refused));
};

sinkContract('sqs', aDelivery(), (behaviour, timeout) =>
  scriptedCloud(behaviour, sqs, (port) =>
    openSqs({ ...brokerOptionsAt(`http://127.0.0.1:${port}`, TEXTS, { timeout }), ...KEYS }),
  ),
);

const sinkAt = (port: number, keys: object = KEYS, texts: Record<string, string> = TEXTS) =>
  single(openSqs({ ...brokerOptionsAt(`http://127.0.0.1:${port}`, texts), ...keys }));

test('a message is signed, with the delivery as deduplication id and the repository as group', async () => {
  const server = await receiver(sqs);
  expect(await sinkAt(server.port).send(push('\u0001\uFFFE'), anAttempt())).toMatchObject({
    ...{ kind: 'delivered', reason: 'confirmed', body: 'message m-1' },
  });
  const sent = JSON.parse(server.requests[0]?.body ?? '');
  expect(sent).toMatchObject({
    QueueUrl: `http://127.0.0.1:${server.port}/123456789012/pushes.fifo`,
    ...{ MessageDeduplicationId: push().id, MessageGroupId: 'acme/app' },
    MessageAttributes: { 'Idempotency-Key': { DataType: 'String', StringValue: push().id } },
  });
  expect(Object.keys(sent.MessageAttributes).length).toBeLessThanOrEqual(10);
  // What XML cannot hold is an escape, which says the same
  expect(sent.MessageBody).not.toMatch(/\uFFFE/);
  expect(JSON.parse(sent.MessageBody).data.event.comment).toBe('\u0001\uFFFE');
});

test('a queue that is not FIFO gets neither group nor deduplication id', async () => {
  const server = await receiver(sqs);
  await sinkAt(server.port, KEYS, { ...TEXTS, queue: '1/pushes' }).send(push(), anAttempt());
  const sent = JSON.parse(server.requests[0]?.body ?? '');
  expect(Object.keys(sent).sort()).toEqual(['MessageAttributes', 'MessageBody', 'QueueUrl']);
});

test('another secret is denied, and is not in what is said', async () => {
  const server = await receiver(sqs);
  const keys = { ...KEYS, secretaccesskey: 'quite-another-secret' };
  const result = await sinkAt(server.port, keys).send(push(), anAttempt());
  expect(result).toMatchObject({ kind: 'retry', reason: 'denied' });
  expect(JSON.stringify(result)).not.toContain('quite-another-secret');
});

test.each([
  [400, 'com.amazonaws.sqs#QueueDoesNotExist', 'no', { kind: 'retry', reason: 'unroutable' }],
  [400, 'com.amazonaws.sqs#RequestThrottled', 'no', { kind: 'retry', reason: 'unavailable' }],
  [
    400,
    'x#InvalidParameterValue',
    'must be shorter than 262144 bytes',
    { kind: 'dead', reason: 'too_large' },
  ],
  [400, 'x#InvalidParameterValue', 'no', { kind: 'retry', reason: 'rejected' }],
  [503, '', 'no', { kind: 'retry', reason: 'unavailable' }],
])('%i %s %s is %o', async (status, __type, message, outcome) => {
  const server = await receiver((response) =>
    response.writeHead(status).end(JSON.stringify({ __type, message })),
  );
  expect(await sinkAt(server.port).send(push(), anAttempt())).toMatchObject(outcome);
});
