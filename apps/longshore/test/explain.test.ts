/** `longshore explain`: the dry run of an event, compared with what a relay really does with it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers as schemas } from '@longshore/operator/schemas';
import { eventually, redisUrl, startReceiver, testDatabase, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import {
  anEvent,
  envelope,
  type Relay,
  type Settings,
  startRelay,
  workFolder,
  writeConfig,
} from './relay.js';

const IDS = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;

type Explained = ReturnType<typeof schemas.explained.parse>;
/** Without `--json`. */
const NOTHING: Explained = { events: [], untried: 0 };

const explainer =
  (file: string) =>
  async (...args: string[]) => {
    const { code, stdout, stderr } = await command(['explain', '--config', file, ...args]);
    const json: Explained = args.includes('--json') && stdout !== '' ? JSON.parse(stdout) : NOTHING;
    return { code, stdout, stderr, json };
  };

async function relayWith(more: Settings, endpoints: Settings[]) {
  const folder = await workFolder();
  const settings = {
    notifications: { endpoints },
    redis: { url: redisUrl(), prefix: testPrefix() },
    ...more,
  };
  const file = await writeConfig(folder, settings);
  return { folder, file, relay: await startRelay(file), explain: explainer(file) };
}

/** Two pushes; the second has another repository. */
const FIRST = anEvent({ id: IDS[0] });
const SECOND = anEvent({ id: IDS[1], target: { ...(FIRST.target as object), repository: 'other/app' } });

async function postTwo(relay: Relay): Promise<void> {
  for (const body of [envelope(FIRST), envelope(SECOND)]) expect((await relay.post(body)).status).toBe(202);
}

/** The trail and the archive are written a moment later. */
const known = (explain: ReturnType<typeof explainer>, endpoint: string) =>
  eventually(
    () => explain('--last', '10', '--endpoint', endpoint, '--json'),
    ({ json }) => json.events.length === 2,
    { ...AT_LAST, every: 200, what: 'both events' },
  );

const settled = (relay: Relay, endpoint: string) =>
  relay.waitFor((line) => line.record === 'delivery.attempted' && line.endpoint === endpoint, AT_LAST);

test('what is explained is what the relay does: the request, the rules, the filter, the queue', async () => {
  const chat = await startReceiver({ status: 200, body: 'ok' });
  const signed = await startReceiver();
  const { file, relay, explain, folder } = await relayWith({}, [
    {
      name: 'chat',
      url: `${chat.url}?key=s3cret-value`,
      format: 'slack',
      where: 'repository != "other/app"',
    },
    {
      name: 'signed',
      url: signed.url,
      headers: { Authorization: ['Bearer very-secret'] },
      sign: { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
      order: 'repository',
      collapse: '5s',
      ignore: { repositories: ['other/**'] },
    },
    { name: 'off', url: signed.url, disabled: true },
  ]);
  await postTwo(relay);
  await Promise.all([settled(relay, 'chat'), settled(relay, 'signed'), known(explain, 'chat')]);

  const [first, second] = IDS;
  const byId = await explain(first, '--json');
  expect(byId.code).toBe(0);
  const [event] = byId.json.events;
  expect(event).toMatchObject({ id: first, action: 'push', repository: 'acme/app', class: 'event' });
  const [toChat, toSigned, off] = event?.endpoints ?? [];
  expect(toChat).toMatchObject({ verdict: 'delivered', passed: ['accept', 'format', 'where', 'own_pull'] });
  expect(toSigned?.queue).toContainEqual(expect.stringContaining('order of the repository'));
  expect(toSigned?.queue).toContainEqual(expect.stringContaining('within 5s'));
  expect(toSigned?.retries[0]).toBe(1_000);
  expect(off).toMatchObject({ verdict: 'disabled', state: expect.stringContaining('disabled') });
  expect(signed.requests[0]?.headers['x-longshore-delivery']).toBe(toSigned?.delivery);
  expect(Object.fromEntries(toSigned?.request?.headers ?? [])).toMatchObject({
    Authorization: '***',
    'webhook-id': '***',
    'webhook-signature': '***',
    'Content-Type': signed.requests[0]?.headers['content-type'],
  });
  expect(toSigned?.request?.method).toBe('POST');
  expect(byId.stdout).not.toMatch(/very-secret|s3cret-value|MfKQ9r8G/);

  const ignored = await explain(second);
  expect(ignored.stdout).toMatch(/^push other\/app/);
  expect(ignored.stdout).toContain('chat (http): ignored by where, which is false for this event');
  expect(ignored.stdout).toContain('signed (http): ignored by ignore.repositories');

  // From its bytes it is the same request as was sent
  const payload = join(folder, 'payload.json');
  await writeFile(payload, JSON.stringify(envelope(FIRST)));
  const typed = ['--header', 'Content-Type: application/vnd.docker.distribution.events.v2+json'];
  const filed = await explain(payload, '--json', '--source', 'distribution', ...typed);
  const sent = [chat, signed].map(({ requests }) => requests[0]?.body);
  expect(filed.json.events[0]?.endpoints.map(({ request }) => request?.body)).toEqual([...sent, undefined]);

  const tried = await explain('--last', '10', '--endpoint', 'chat', '--json', '--where', 'tag == "nothing"');
  expect(tried.json.events.map(({ id }) => id)).toEqual([second, first]);
  expect(tried.json.events.map(({ endpoints }) => endpoints[0]?.rule)).toEqual(['where', 'where']);
  const failing = await explain('--last', '1', '--endpoint', 'chat', '--where', '[1][size + 5] == 1');
  expect(failing.stdout).toContain('although where failed');
  expect(await explain('--last', '1', '--endpoint', 'chat', '--where', 'tga == "a"')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Unknown variable'),
  });
  const body = join(folder, 'body.yml');
  await writeFile(body, 'text: "{{ image }}:{{ tag }}"\nkey: env:HOME\n');
  const templated = await explain(
    '--last',
    '1',
    '--endpoint',
    'signed',
    '--json',
    '--template',
    body,
    '--where',
    'true',
  );
  expect(templated.json.events[0]?.endpoints[0]).toMatchObject({ verdict: 'ignored', rule: 'repository' });
  const one = await explain(first, '--endpoint', 'signed', '--json', '--template', body);
  expect(JSON.parse(one.json.events[0]?.endpoints[0]?.request?.body ?? '{}')).toEqual({
    text: expect.stringContaining('acme/app'),
    key: 'env:HOME',
  });
  expect(await explain('--where', 'true')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('endpoint'),
  });
  expect(await explain('no-such-event')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no event'),
  });
  expect([chat, signed].map(({ requests }) => requests.length)).toEqual([1, 1]);

  const page = (query: Record<string, string>) =>
    fetch(`${relay.dashboard}/explain?${new URLSearchParams(query)}`).then((answer) => answer.text());
  expect(await page({ endpoint: 'chat', where: 'tag == "nothing"' })).toContain(
    '0 of 2 events delivered, 2 ignored',
  );
  expect(await page({ endpoint: 'chat', where: 'tga' })).toContain('Unknown variable');

  const api = async (query: Record<string, string>) => {
    const answer = await fetch(`${relay.dashboard}/api/v1/explain?${new URLSearchParams(query)}`);
    return { status: answer.status, body: await answer.json() };
  };
  const asked = await api({ event: first, endpoint: 'chat' });
  expect(asked.status).toBe(200);
  expect((await explain(first, '--endpoint', 'chat', '--json')).json).toMatchObject(
    schemas.explained.parse(asked.body),
  );
  expect(await api({ endpoint: 'chat', where: 'tga' })).toMatchObject({
    ...{ status: 400, body: { error: 'REQUEST_INVALID' } },
  });

  const against = (checked: string, ...args: string[]) =>
    command(['check', checked, '--against', 'last:10', '--config', file, ...args]);
  const same = await against(file);
  expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining('what happened to them') });
  expect(same.stdout).toContain('chat: 1 delivered now, 1 then: no change');
  const changed = await writeConfig(await workFolder(), {
    notifications: {
      endpoints: [
        { name: 'chat', url: chat.url, format: 'slack', where: '[1][size + 5] == 1' },
        { name: 'fresh', url: signed.url, format: 'template', body: { a: '{{ tag | slice: 0, 1 }}' } },
      ],
    },
    redis: { url: redisUrl(), prefix: testPrefix() },
  });
  const differs = await against(changed, '--json');
  expect(differs.code).toBe(0);
  expect(JSON.parse(differs.stdout).against).toMatchObject({
    events: 2,
    changes: [
      { endpoint: 'chat', before: 1, after: 2, counts: { filter: 2 } },
      { endpoint: 'signed', status: 'gone', before: 1, after: 0, counts: { removed: 1 } },
      { endpoint: 'off', before: 0, after: 0 },
      { endpoint: 'fresh', status: 'new', before: 0, after: 2, counts: { added: 2 } },
    ],
  });
  expect((await against(changed, '--strict')).code).toBe(2);
  expect((await command(['check', changed, '--against', 'last:0'])).code).toBe(2);
  await relay.stop();
  const sample = await explainer(file)('--endpoint', 'chat');
  expect(sample).toMatchObject({ code: 0, stdout: expect.stringContaining('acme/app:1.4.2') });
}, 180_000);

test('with an archive events have their bodies', async () => {
  const receiver = await startReceiver();
  const { relay, explain } = await relayWith({ archive: { url: await testDatabase() } }, [
    { name: 'one', url: receiver.url },
  ]);
  await postTwo(relay);
  await receiver.received(2, AT_LAST);
  await known(explain, 'one');
  const last = await explain('--last', '2', '--endpoint', 'one', '--json');
  expect(last.json.events).toMatchObject([{ from: 'archive' }, { from: 'archive' }]);
  const bodies = last.json.events.map(
    ({ endpoints }) => JSON.parse(endpoints[0]?.request?.body ?? '{}') as { events: object[] },
  );
  const got = receiver.requests.map((request) => request.json());
  expect(bodies.map(({ events }) => events[0])).toEqual(
    expect.arrayContaining(got.map((json) => (json as { events: object[] }).events[0])),
  );
  const byId = await explain(IDS[0], '--json');
  expect(byId.json.events).toMatchObject([{ id: IDS[0], from: 'archive' }]);
}, 180_000);
