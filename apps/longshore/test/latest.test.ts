/** `latest: tag`: of many pushes of a tag that wait, the newest is delivered. */
import { eventually, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test, vi } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import { anEvent, envelope, idsOf, type Relay, startRelay, workFolder, writeConfig } from './relay.js';

vi.setConfig({ testTimeout: 120_000 });

const PUSHES = 30;

async function push(relay: Relay, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const event = anEvent();
    expect((await relay.post(envelope(event))).status).toBe(202);
    ids.push(String(event.id));
  }
  return ids;
}

const superseded = (relay: Relay) => relay.records.filter(({ record }) => record === 'delivery.superseded');

async function countOf(relay: Relay, outcome: string): Promise<number> {
  const text = await (await fetch(`${relay.admin}/metrics`)).text();
  const series = `longshore_deliveries_settled_total{endpoint="one",outcome="${outcome}"} `;
  const line = text.split('\n').find((one) => one.startsWith(series));
  return Number(line?.slice(series.length) ?? 0);
}

test('thirty pushes of one tag behind a pause become one; each of the others is counted and traced', async () => {
  const receiver = await startReceiver();
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const endpoints = [{ name: 'one', url: receiver.url, latest: 'tag' }];
  const file = await writeConfig(await workFolder(), { redis, notifications: { endpoints } });
  const relay = await startRelay(file);
  await command(['pause', 'one', '--config', file]);
  const ids = await push(relay, PUSHES);
  const untagged = anEvent({ target: { tag: undefined } });
  await relay.post(envelope(untagged));
  await command(['resume', 'one', '--config', file]);
  await receiver.received(2, AT_LAST);
  expect(new Set(idsOf(receiver.requests))).toEqual(new Set([ids.at(-1), untagged.id]));
  expect(superseded(relay).map(({ eventId }) => eventId)).toEqual(ids.slice(0, -1));
  await eventually(
    () => countOf(relay, 'delivered'),
    (count) => count === 2,
    AT_LAST,
  );
  expect(await countOf(relay, 'superseded')).toBe(PUSHES - 1);

  const trace = await command(['trace', ids[3] ?? '', '--json', '--config', file]);
  const [delivery] = JSON.parse(trace.stdout).trails[0].deliveries;
  const by = superseded(relay)[3]?.by;
  expect(delivery).toMatchObject({ state: 'superseded', supersededBy: by });
  const { stdout } = await command(['trace', ids[3] ?? '', '--config', file]);
  expect(stdout).toMatch(new RegExp(`superseded .*by delivery ${by}`));
  // Its id is known.
  const again = await relay.post(envelope(anEvent({ id: ids[3] ?? '' })));
  expect(await again.json()).toMatchObject({ enqueued: 0, duplicates: 1 });
});

test('what a hold keeps, and what waits for a retry, is superseded too; what is in flight is not', async () => {
  let status = 503;
  let answer = (): void => {};
  const receiver = await startReceiver(async (_, n) => {
    if (n === 1) await new Promise<void>((resolve) => (answer = resolve));
    return { status };
  });
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const hold = { after: 1, probe: '100ms', maxprobe: '100ms' };
  const endpoints = [{ name: 'one', url: receiver.url, latest: 'tag', backoff: '1h', hold }];
  const file = await writeConfig(await workFolder(), { redis, notifications: { endpoints } });
  const relay = await startRelay(file);
  const [first = ''] = await push(relay, 1);
  await receiver.received(1, AT_LAST);
  const [second = ''] = await push(relay, 1);
  expect(superseded(relay)).toEqual([]);
  // The attempt fails while a newer one waits: it is not retried.
  answer();
  await eventually(() => superseded(relay).length === 1, undefined, AT_LAST);
  expect(superseded(relay)[0]).toMatchObject({ eventId: first });
  const later = await push(relay, 10);
  status = 200;
  const known = new Set([second, ...later]);
  await eventually(() => idsOf(receiver.requests).includes(later.at(-1) ?? ''), undefined, AT_LAST);
  await eventually(
    async () => (await countOf(relay, 'superseded')) + (await countOf(relay, 'delivered')),
    (sum) => sum === known.size + 1,
    AT_LAST,
  );
  expect(await countOf(relay, 'dead')).toBe(0);
});
