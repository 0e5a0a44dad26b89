import { generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { sinkContract } from '../../contract.js';
import { brokerOptionsAt } from '../../testing/brokers.js';
import { aDelivery, anAttempt, single } from '../../testing/builders.js';
import { scriptedCloud } from '../../testing/clouds.js';
import { type Answer, receiver } from '../../testing/receiver.js';
import { openPubSub } from './index.js';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const accountWith = (key: typeof keys.privateKey) =>
  JSON.stringify({
    client_email: 'longshore@project.iam.gserviceaccount.com',
    private_key_id: 'key-1',
    private_key: key.export({ type: 'pkcs8', format: 'pem' }),
  });
const TEXTS = { topic: 'projects/acme/topics/pushes' };
const event = { id: 'e', action: 'push', target: { repository: 'acme/app', tag: '1.0' } };
const push = () => aDelivery({ payload: { event } });

/** Takes what the account has signed for this server, as Pub/Sub answers. */
const pubsub: Answer = async (response, { url, headers }) => {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const rules = { audience: `http://${headers.host}/`, issuer: 'longshore@project.iam.gserviceaccount.com' };
  const isRight = await jwtVerify(token, keys.publicKey, rules).then(
    ({ payload, protectedHeader }) => payload.sub === payload.iss && protectedHeader.kid === 'key-1',
    () => false,
  );
  if (!isRight) {
    const error = { code: 401, status: 'UNAUTHENTICATED', message: 'invalid authentication credentials' };
    return void response.writeHead(401).end(JSON.stringify({ error }));
  }
  const isThere = url === '/v1/projects/acme/topics/pushes:publish';
  const answer = isThere
    ? { messageIds: ['77'] }
    : { error: { code: 404, status: 'NOT_FOUND', message: 'Resource not found' } };
  response.writeHead(isThere ? 200 : 404).end(JSON.stringify(answer));
};

const sinkAt = (
  port: number,
  texts = TEXTS,
  credentials: string | undefined = accountWith(keys.privateKey),
) => single(openPubSub({ ...brokerOptionsAt(`http://127.0.0.1:${port}`, texts), credentials }));

sinkContract('pubsub', aDelivery(), (behaviour, timeout) =>
  scriptedCloud(behaviour, pubsub, (port) =>
    openPubSub({
      ...brokerOptionsAt(`http://127.0.0.1:${port}`, TEXTS, { timeout }),
      credentials: accountWith(keys.privateKey),
    }),
  ),
);

test('a message is signed by the account, with the delivery as an attribute and the repository as ordering key', async () => {
  const server = await receiver(pubsub);
  expect(await sinkAt(server.port).send(push(), anAttempt())).toMatchObject({
    ...{ kind: 'delivered', reason: 'confirmed', body: 'message 77' },
  });
  const { messages } = JSON.parse(server.requests[0]?.body ?? '');
  expect(messages).toMatchObject([
    {
      orderingKey: 'acme/app',
      attributes: { 'Content-Type': 'application/cloudevents+json', 'Idempotency-Key': push().id },
    },
  ]);
  const body = JSON.parse(Buffer.from(messages[0].data, 'base64').toString());
  expect(body).toMatchObject({ type: 'dev.longshore.image.push', subject: 'acme/app:1.0' });
});

test('another key is denied, a topic that does not exist is unroutable, and no key is shown', async () => {
  const server = await receiver(pubsub);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  expect(await sinkAt(server.port, TEXTS, accountWith(other)).send(push(), anAttempt())).toMatchObject({
    ...{ kind: 'retry', reason: 'denied' },
  });
  const nowhere = { topic: 'projects/acme/topics/nowhere' };
  expect(await sinkAt(server.port, nowhere).send(push(), anAttempt())).toMatchObject({
    ...{ kind: 'retry', reason: 'unroutable' },
  });
  const broken = JSON.stringify({ client_email: 'a@b', private_key: 'PRIVATE-but-no-key' });
  const result = await sinkAt(server.port, TEXTS, broken).send(push(), anAttempt());
  expect(result).toMatchObject({ kind: 'retry', reason: 'denied' });
  expect(JSON.stringify(result)).not.toContain('PRIVATE-but');
});

test.each([
  [429, 'RESOURCE_EXHAUSTED', 'quota', { kind: 'retry', reason: 'unavailable' }],
  [503, 'UNAVAILABLE', 'later', { kind: 'retry', reason: 'unavailable' }],
  [400, 'INVALID_ARGUMENT', 'The value exceeds 10485760 bytes', { kind: 'dead', reason: 'too_large' }],
  [400, 'INVALID_ARGUMENT', 'no', { kind: 'retry', reason: 'rejected' }],
])('%i %s %s is %o', async (code, status, message, outcome) => {
  const error = { code, status, message };
  const server = await receiver((response) => response.writeHead(code).end(JSON.stringify({ error })));
  expect(await sinkAt(server.port).send(push(), anAttempt())).toMatchObject(outcome);
});
