/** By itself: in the worker that leads, and with the second look. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive } from '@longshore/archive';
import { readConfig } from '@longshore/config';
import type { CounterState, ReconcileDue, ReconcileMemory, Sender } from '@longshore/queue/reconcile';
import { eventually, hasTool, oci, startReceiver, testDatabase } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { observed } from '../testing/parts.js';
import { type ReconcilerParts, startReconciler } from './start.js';

/** What is in Redis. */
function stored() {
  const dues = new Map<string, ReconcileDue>();
  const states = new Map<string, CounterState>();
  const memory: ReconcileMemory = {
    due: async (source) => dues.get(source),
    setDue: async (source, due) => void dues.set(source, due),
    counters: async (source) => states.get(source),
    setCounters: async (source, state) => void states.set(source, state),
  };
  const senders: Sender[] = [];
  const note = async (_: string, ids: readonly string[]): Promise<void> => {
    for (const sender of senders) if (ids.includes(sender.id)) sender.known = true;
  };
  const read = async (source: string) => ({
    events: 0,
    senders: source === 'distribution' ? [...senders] : [],
  });
  return { dues, memory, senders, received: { read, note } };
}

test.skipIf(!hasTool('postgres'))(
  'only the worker that leads compares, and its result is in the log and the metrics',
  async () => {
    const digest = oci.digestOf(Buffer.from('one'));
    const answers = ({ url }: { url: string }) => {
      if (url.includes('_catalog')) return { body: JSON.stringify({ repositories: ['acme/app'] }) };
      if (url.includes('tags/list')) return { body: JSON.stringify({ tags: ['1.0'] }) };
      return { headers: { 'docker-content-digest': digest } };
    };
    const server = await startReceiver(answers);
    const url = await testDatabase();
    const locked =
      '{ source: locked, url: "https://locked.example.com", auth: { basic: { reader: env:NO_SUCH } } }';
    const file = `archive: {}\nreconcile: { every: 1m }\nsources: [{ name: locked, kind: distribution }]\nregistries: [${locked}, { source: distribution, url: "${server.url}" }]\n`;
    const folder = await mkdtemp(join(tmpdir(), 'reconcile-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'longshore.yml'), file);
    const { config } = readConfig(join(folder, 'longshore.yml'), {});
    if (!config?.reconcile) throw new TypeError('the configuration is wrong');
    config.reconcile.every = 1;
    const archive = openArchive({ connection: { url }, onError: () => {} });
    onTestFinished(() => archive.close());
    await archive.migrate();
    const { observer, lines } = observed();
    const published: string[] = [];
    const leader = {
      leads: false,
      asked: 0,
      /** Until the registry is asked. */
      begins: false,
      async confirm() {
        leader.asked++;
        return leader.leads || (leader.begins && server.requests.length === 0);
      },
    };
    const { dues, memory, senders, received } = stored();
    const parts: ReconcilerParts = {
      ...{
        archive,
        ready: async () => {},
        config: () => config,
        leader,
        observer,
        version: '1.0.0',
        interval: 5,
      },
      ...{ memory, received, settle: 0 },
      onItsWay: {
        oldest: async () => undefined,
        isSpooled: async () => false,
        dead: async () => new Set<string>(),
      },
      async publish({ event }) {
        published.push(`${event.action} ${event.target.tag} ${event.target.digest}`);
        return { accepted: 1, enqueued: 1, duplicates: 0, ignored: 0, collapsed: 0 };
      },
    };
    const reconciler = startReconciler(parts);
    onTestFinished(() => reconciler.close());
    await eventually(
      async () => leader.asked,
      (asked) => asked > 3,
      { timeout: 90_000 },
    );
    expect(server.requests).toHaveLength(0);
    // It led when the comparison began, and does no longer when there is something to publish.
    leader.begins = true;
    await eventually(
      async () => lines.some(({ msg }) => msg === 'a comparison with a registry failed; retrying'),
      undefined,
      { timeout: 90_000 },
    );
    expect(published).toEqual([]);
    leader.leads = true;
    const done = () => lines.filter(({ msg }) => msg === 'the archive was compared with a registry');
    await eventually(
      async () => done().length,
      (count) => count > 0,
      { timeout: 90_000 },
    );
    expect(done()[0]).toMatchObject({ source: 'distribution', tags: 1, firstSeen: 1, healed: 0, errors: 0 });
    expect(lines.find(({ msg }) => msg === 'a registry could not be compared')).toMatchObject({
      source: 'locked',
      reason: expect.stringContaining('NO_SUCH'),
    });
    expect(published[0]).toBe(`push 1.0 ${digest}`);
    server.reply({ status: 500 });
    await eventually(
      async () =>
        lines.some(
          ({ msg, source }) => msg === 'a registry could not be compared' && source === 'distribution',
        ),
      undefined,
      { timeout: 90_000 },
    );
    const { body } = await observer.metrics();
    expect(body).toMatch(/longshore_reconcile_errors_total\{source="distribution"\} [1-9]/);
    expect(body).toContain('longshore_reconcile_lost_events_total{source="distribution"} 0');
    await reconciler.close();

    // By what is stored, not by the start of the process; and at once after a restart of the registry.
    const DAY_MS = 24 * 3_600_000;
    config.reconcile.every = DAY_MS;
    const again = async (
      due: ReconcileDue | undefined,
      change = () => {},
    ): Promise<ReconcileDue | undefined> => {
      dues.clear();
      for (const source of ['locked', 'distribution']) if (due) dues.set(source, due);
      const before = done().length;
      const next = startReconciler(parts);
      onTestFinished(() => next.close());
      change();
      await eventually(async () => done().length > before, undefined, { timeout: 90_000 });
      await next.close();
      return dues.get('distribution');
    };
    server.reply(answers);
    const now = Date.now();
    expect((await again({ ranAt: now - DAY_MS, failures: 3 }))?.failures).toBe(0);
    // Redis has lost it, and PostgreSQL knows when it was compared.
    await archive.pool.query("update reconcile_source set looked_at = looked_at - interval '2 days'");
    await again(undefined);
    const sender = (instance: string, firstAt: number): Sender => ({
      ...{ id: instance, addr: 'registry:5000', instance, firstAt, lastAt: firstAt, known: false },
    });
    senders.push({ ...sender('one', now - 5_000), known: true });
    await again({ ranAt: now - DAY_MS / 2, failures: 0 }, () => void senders.push(sender('two', now)));
    expect(senders.every(({ known }) => known)).toBe(true);
    expect(lines.find(({ msg }) => String(msg).startsWith('a registry restarted'))).toMatchObject({
      since: new Date(now - 5_000).toISOString(),
      until: new Date(now).toISOString(),
    });
  },
);
