/** A real registry that sent no event: what it has is found, published once, and seen by those who want it. */
import { connect } from '@longshore/queue';
import { createReceivedReader } from '@longshore/queue/reconcile';
import {
  eventually,
  hasTool,
  pushImage,
  redisUrl,
  startReceiver,
  startRegistry,
  testDatabase,
  testPrefix,
} from '@longshore/testkit';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import { envelope, startRelay, workFolder, writeConfig } from './relay.js';

const LONG_MS = 300_000;

test.skipIf(!hasTool('docker-registry') || !hasTool('postgres'))(
  'events that a registry did not send are found, published and proven',
  async () => {
    const [url, registry] = [await testDatabase(), await startRegistry()];
    const [receiver, quiet] = [await startReceiver(), await startReceiver()];
    const prefix = testPrefix();
    const endpoints = [
      { name: 'deploys', url: receiver.url },
      { name: 'quiet', url: quiet.url, ignore: { sources: ['reconcile'] } },
    ];
    const file = await writeConfig(await workFolder(), {
      ...{ notifications: { endpoints }, archive: { url }, redis: { url: redisUrl(), prefix } },
      registries: [{ source: 'distribution', url: registry.url, rate: '1000/s' }],
      reconcile: { every: '24h' },
    });
    const relay = await startRelay(file);
    const db = new pg.Client({ connectionString: url });
    await db.connect();
    onTestFinished(() => db.end());
    const rows = (n: number) =>
      eventually(
        async () => Number((await db.query('select count(*) as n from longshore.event')).rows[0].n),
        (found) => found === n,
        AT_LAST,
      );
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await command(['reconcile', '--config', file, '--json', ...args]);
      return { code, stderr, ...(stdout && JSON.parse(stdout)) };
    };

    await pushImage(registry.url, 'acme/app', '1.0');
    expect(await run()).toMatchObject({ code: 0, firstSeen: 1, findings: [], errors: [] });
    await rows(1);
    expect(await run()).toMatchObject({
      code: 0,
      firstSeen: 0,
      inOrder: 1,
      coverage: [{ verdict: 'complete', note: expect.stringContaining('debug is not set') }],
    });
    expect(receiver.requests).toHaveLength(0);

    const { digest } = await pushImage(registry.url, 'acme/other', '2.0', { layers: ['another'] });
    await pushImage(registry.url, 'acme/app', '1.0', { layers: ['moved'] });
    const both = [
      { repository: 'acme/app', tag: '1.0', kind: 'moved' },
      { repository: 'acme/other', tag: '2.0', kind: 'missing', digest },
    ];
    expect(await run('--dry-run')).toMatchObject({ code: 0, findings: both });
    expect(await run()).toMatchObject({ code: 0, findings: both, coverage: [{ verdict: 'gap' }] });
    await rows(3);
    const sent = await receiver.received(2);
    const events = sent.map((request) => request.json<{ events: Record<string, unknown>[] }>().events[0]);
    expect(events.map((event) => event?.action)).toEqual(['push', 'push']);
    expect(events).toContainEqual(
      expect.objectContaining({
        target: expect.objectContaining({ repository: 'acme/other', tag: '2.0', digest }),
        request: { host: registry.host },
        longshore: { origin: 'reconcile', since: expect.any(String), until: expect.any(String) },
      }),
    );
    expect(await run()).toMatchObject({ findings: [], inOrder: 2 });

    await fetch(`${registry.url}/v2/acme/other/manifests/${digest}`, { method: 'DELETE' });
    expect(await run()).toMatchObject({ findings: [{ kind: 'deleted', state: 'waiting' }] });
    expect(await run()).toMatchObject({ findings: [{ kind: 'deleted', state: 'waiting' }] });
    await db.query("update longshore.reconcile_doubt set seen_at = seen_at - interval '11 minutes'");
    expect(await run()).toMatchObject({ findings: [{ kind: 'deleted', state: 'healed' }] });
    const [, , last] = await receiver.received(3);
    expect(last?.json()).toMatchObject({ events: [{ action: 'delete', target: { tag: '2.0' } }] });
    expect(quiet.requests).toHaveLength(0);

    // What ingest counts is what the worker looks at: processes of the registry.
    const client = connect({ url: redisUrl() }, 'producer', () => {});
    onTestFinished(() => client.disconnect());
    const source = { addr: 'registry:5000', instanceID: 'one' };
    await relay.post(envelope({ id: 'e1', action: 'push', target: { repository: 'acme/app' }, source }));
    const received = createReceivedReader(client, prefix);
    await eventually(
      () => received.read('distribution'),
      ({ senders }) => senders.some(({ known }) => known),
      AT_LAST,
    );
    expect(await received.read('distribution')).toMatchObject({
      events: 1,
      senders: [{ addr: source.addr, instance: source.instanceID }],
    });

    await registry.stop();
    expect(await run()).toMatchObject({
      code: 1,
      findings: [],
      errors: [{ source: 'distribution', repository: '' }],
    });
    expect((await run('--source', 'unknown-source')).code).toBe(2);
  },
  LONG_MS,
);
