/** `longshore quarantine` beside a relay that runs. */
import { createQuarantine } from '@longshore/queue/quarantine';
import { redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { command, jsonLines, looking } from './operator.js';
import { anEvent, envelope, idsOf, startRelay, workFolder, writeConfig } from './relay.js';

const LONG_MS = 120_000;

test(
  'a request that the current sources can read is delivered, and leaves quarantine',
  async () => {
    const receiver = await startReceiver();
    const endpoints = ['one', 'two'].map((name) => ({ name, url: `${receiver.url}/${name}` }));
    const prefix = testPrefix();
    const redis = { url: redisUrl(), prefix };
    const folder = await workFolder();
    const file = await writeConfig(folder, { notifications: { endpoints }, redis });
    const relay = await startRelay(file);
    const event = anEvent();
    // As an older version would have left it, which could not read what this one can.
    const { client } = await looking(prefix);
    const { id } = await createQuarantine(client, prefix).put({
      source: 'distribution',
      kind: 'distribution',
      reason: 'the media type is of tomorrow',
      receivedAt: Date.now() - 60_000,
      path: '/registry/notifications',
      headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json' },
      body: Buffer.from(JSON.stringify(envelope(event))),
    });
    await relay.post('{"no":');
    await relay.waitFor('event quarantined');

    const listed = await command(['quarantine', 'list', '--config', file]);
    expect(listed.stdout).toMatch(
      /^ID +RECEIVED +SOURCE +SIZE +REASON\n.*the body is not JSON\n.*the media type is of tomorrow\n2 quarantined requests\n$/,
    );
    expect(listed.stdout).toContain(`\n${id.slice(0, 12)}  `);
    const shown = await command(['quarantine', 'show', id.slice(0, 12), '--config', file]);
    expect(shown.stdout).toContain(`"id": "${event.id}"`);
    expect(shown.stdout).toMatch(/^source +distribution \(distribution\)$/m);

    const retried = jsonLines(await command(['quarantine', 'retry', '--json', '--config', file]));
    expect(retried).toEqual([
      { id, outcome: 'taken', accepted: 1, enqueued: 2, duplicates: 0, ignored: 0 },
      expect.objectContaining({ outcome: 'unreadable', reason: 'the body is not JSON' }),
    ]);
    expect(idsOf(await receiver.received(2))).toEqual([event.id, event.id]);
    const received = await relay.waitFor(
      ({ record, enqueued }) => record === 'event.received' && enqueued === 2,
    );
    expect(received).toMatchObject({ events: [expect.objectContaining({ id: event.id })] });
    await relay.waitFor(
      ({ msg, quarantineId }) => msg === 'quarantined request taken' && quarantineId === id,
    );

    const gone = await command(['quarantine', 'retry', id, '--config', file]);
    expect(gone).toMatchObject({ code: 1, stdout: 'No quarantined requests match.\n' });
    // The same event once more is known: its deliveries were made under the ids that it would have had.
    expect(await (await relay.post(envelope(event))).json()).toMatchObject({ enqueued: 0, duplicates: 2 });
  },
  LONG_MS,
);

test(
  'a source that was added since reads what could not be read before',
  async () => {
    const receiver = await startReceiver();
    const endpoints = [{ name: 'one', url: receiver.url }];
    const redis = { url: redisUrl(), prefix: testPrefix() };
    const folder = await workFolder();
    const notifications = { endpoints };
    const sources = [{ name: 'prod', kind: 'harbor' }];
    const before = await startRelay(await writeConfig(folder, { notifications, redis, sources }));
    await before.post(envelope(anEvent()));
    const { quarantineId } = await before.waitFor('event quarantined');
    const id = String(quarantineId);
    const more = [...sources, { name: 'registry', kind: 'distribution' }];
    const file = await writeConfig(folder, { notifications, redis, sources: more });
    const [retried] = jsonLines(await command(['quarantine', 'retry', id, '--json', '--config', file]));
    expect(retried).toMatchObject({ id, outcome: 'taken', enqueued: 1 });
    await receiver.received(1);
  },
  LONG_MS,
);

test(
  'what was cut says so and stays; drop asks, unless --yes is given',
  async () => {
    const prefix = testPrefix();
    const redis = { url: redisUrl(), prefix };
    const file = await writeConfig(await workFolder(), { redis });
    const relay = await startRelay(file);
    await relay.post('x'.repeat(2 * 1024 * 1024));
    const { quarantineId } = await relay.waitFor('event quarantined');
    const id = String(quarantineId);
    const retried = await command(['quarantine', 'retry', id, '--config', file]);
    expect(retried).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/still quarantined: only the first 1 MiB of 2\.0 MiB was kept/),
    });
    const asked = await command(['quarantine', 'drop', '--config', file]);
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('add --yes')]);
    const other = await command(['quarantine', 'drop', '--source', 'harbor', '--yes', '--config', file]);
    expect(other.stdout).toBe('0 requests deleted\n');
    const dropped = await command(['quarantine', 'drop', '--reason', 'JSON', '--yes', '--config', file]);
    expect(dropped.stdout).toBe('1 request deleted\n');
    const reported = await relay.waitFor('quarantined request dropped');
    expect(reported).toMatchObject({ quarantineId: id, by: 'longshore quarantine drop' });
  },
  LONG_MS,
);
