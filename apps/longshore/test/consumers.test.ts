/** The configurations of docs/consumers at work: one relay with all of them, and a strict receiver for each. */
import { readdirSync, readFileSync } from 'node:fs';
import { eventually, type Receiver, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONSUMERS, type Consumer, secretOf } from './consumers/accepts.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

const FOLDER = new URL('../../../docs/consumers/', import.meta.url);
const PAGES = readdirSync(FOLDER).flatMap((file) => (file === 'README.md' ? [] : [file.replace('.md', '')]));

interface Written {
  name: string;
  url: string;
}

/** The endpoint below `## In Longshore`. */
function endpointOf(page: string): Written {
  const text = readFileSync(new URL(`${page}.md`, FOLDER), 'utf8');
  const [, yaml = ''] = /\n## In Longshore\n\n```yaml\n([\s\S]*?)\n```\n/.exec(text) ?? [];
  const endpoints: Written[] = parse(yaml).notifications.endpoints;
  expect(endpoints, page).toHaveLength(1);
  return endpoints[0] ?? expect.unreachable(page);
}

/** The same endpoint, with secrets that are known, at the receiver. */
function at(origin: string, { path = '' }: Consumer, written: Written): object {
  const known: Written = JSON.parse(JSON.stringify(written), (key, value: unknown) => {
    const [, name] = typeof value === 'string' ? (/^env:(\w+)$/.exec(value) ?? []) : [];
    if (name === undefined) return value;
    return key === 'url' ? `${origin}${path}` : secretOf(name);
  });
  return { ...known, url: known.url.replace(/^https?:\/\/[^/]+/, origin) };
}

/** Answers 400 to what the consumer refuses, and keeps why. */
async function strictReceiver(page: string, refused: string[]): Promise<Receiver> {
  const { accepts, answer = {} } = CONSUMERS[page] ?? expect.unreachable(page);
  return startReceiver((request) => {
    try {
      accepts(request);
      return { status: 200, ...answer };
    } catch (error) {
      refused.push(`${page}: ${error}`);
      return { status: 400 };
    }
  });
}

test('each page has a receiver, and each receiver its page', () => {
  expect(PAGES.sort()).toEqual(Object.keys(CONSUMERS).sort());
});

test('every consumer accepts what the configuration of its page sends', async () => {
  const refused: string[] = [];
  const receivers = new Map<string, Receiver>();
  const endpoints: object[] = [];
  for (const page of PAGES) {
    const receiver = await strictReceiver(page, refused);
    receivers.set(page, receiver);
    endpoints.push(at(new URL(receiver.url).origin, CONSUMERS[page] as Consumer, endpointOf(page)));
  }
  const file = await writeConfig(await workFolder(), {
    notifications: { endpoints },
    redis: { url: redisUrl(), prefix: testPrefix() },
  });
  const relay = await startRelay(file, { roles: ['ingest', 'worker'] });
  const untagged = anEvent({ target: { tag: undefined } });
  const events = envelope(anEvent(), anEvent({ action: 'pull' }), untagged);
  const { enqueued } = (await (await relay.post(events)).json()) as { enqueued: number };

  const attempts = () => relay.records.filter(({ record }) => record === 'delivery.attempted');
  await eventually(attempts, (seen) => seen.length >= enqueued, { timeout: 90_000 });
  expect(refused).toEqual([]);
  expect(attempts().filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
  const single = PAGES.filter((page) => CONSUMERS[page]?.requests !== 'batches');
  const counts = (of: (page: string) => unknown) => single.map((page) => [page, of(page)]);
  expect(counts((page) => receivers.get(page)?.requests.length)).toEqual(
    counts((page) => CONSUMERS[page]?.requests ?? 1),
  );
}, 120_000);
