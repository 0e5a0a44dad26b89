/** By itself: in the worker that leads, and with the second look. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive } from '@longshore/archive';
import { readConfig } from '@longshore/config';
import { eventually, hasTool, oci, startReceiver, testDatabase } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { observed } from '../testing/parts.js';
import { startReconciler } from './start.js';

test.skipIf(!hasTool('postgres'))(
  'only the worker that leads compares, and its result is in the log and the metrics',
  async () => {
    const digest = oci.digestOf(Buffer.from('one'));
    const server = await startReceiver(({ url }) => {
      if (url.includes('_catalog')) return { body: JSON.stringify({ repositories: ['acme/app'] }) };
      if (url.includes('tags/list')) return { body: JSON.stringify({ tags: ['1.0'] }) };
      return { headers: { 'docker-content-digest': digest } };
    });
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
      grants: 0,
      async confirm() {
        leader.asked++;
        return leader.leads || leader.grants-- > 0;
      },
    };
    const reconciler = startReconciler({
      ...{
        archive,
        ready: async () => {},
        config: () => config,
        leader,
        observer,
        version: '1.0.0',
        interval: 5,
      },
      pendingSince: async () => undefined,
      async publish({ event }) {
        published.push(`${event.action} ${event.target.tag} ${event.target.digest}`);
        return { accepted: 1, enqueued: 1, duplicates: 0, ignored: 0, collapsed: 0 };
      },
    });
    onTestFinished(() => reconciler.close());
    await eventually(
      async () => leader.asked,
      (asked) => asked > 3,
      { timeout: 90_000 },
    );
    expect(server.requests).toHaveLength(0);
    // It led when the comparison began, and does no longer when there is something to publish.
    leader.grants = 1;
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
  },
);
