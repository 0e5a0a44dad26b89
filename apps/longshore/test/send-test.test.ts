/** `longshore send --endpoint`: a test to one endpoint, through its queue. */
import { redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

test('a test goes past the rules of one endpoint, in its format, once', async () => {
  const chat = await startReceiver({ status: 200, body: 'ok' });
  const many = await startReceiver();
  const strict = await startReceiver({ status: 500, body: 'no such channel' });
  const common = { timeout: '60s', accept: ['other'], where: 'false', ignore: { actions: ['push'] } };
  const file = await writeConfig(await workFolder(), {
    notifications: {
      endpoints: [
        { name: 'chat', url: chat.url, format: 'slack', ...common },
        { name: 'many', url: many.url, ...common, batch: { events: 2, wait: '1s' }, order: 'endpoint' },
        { name: 'strict', url: strict.url, ...common },
        { name: 'stopped', url: many.url, ...common, paused: true },
      ],
    },
    redis: { url: redisUrl(), prefix: testPrefix() },
  });
  const relay = await startRelay(file, { roles: ['ingest', 'worker'] });
  const send = (...args: string[]) => command(['send', '--config', file, '--endpoint', ...args]);
  expect(await (await relay.post(envelope(anEvent()))).json()).toMatchObject({ enqueued: 0, ignored: 4 });

  const accepted = await send('chat', '--repository', 'team/web', '--tag', '2.0');
  expect(accepted).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^chat accepted the test: 200 after \d+ ms\nok/),
  });
  expect(chat.requests).toHaveLength(1);
  expect(chat.requests[0]?.headers).toMatchObject({ 'x-longshore-test': '1', 'x-longshore-attempt': '1' });
  expect(chat.requests[0]?.body).toContain('team/web:2.0');

  expect(await send('many', '--json')).toMatchObject({ code: 0 });
  expect(many.requests[0]?.headers['x-longshore-test']).toBe('1');
  expect(many.requests[0]?.json()).toMatchObject({ events: [{ target: { tag: 'longshore-test' } }] });

  const refused = await send('strict');
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('no such channel') });
  const dead = await relay.waitFor(({ record }) => record === 'delivery.settled', AT_LAST);
  expect(dead).toMatchObject({ endpoint: 'strict', attempts: 1, reason: 'http_500' });

  expect(await send('stopped')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no test was sent to stopped: it is paused/),
  });
  expect(await send('nowhere')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no endpoint nowhere'),
  });
  expect([chat, many, strict].map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
}, 120_000);
