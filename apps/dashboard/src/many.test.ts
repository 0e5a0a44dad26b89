/** Pages of a relay that is large: they stay short, and answer. */
import { expect, onTestFinished, test } from 'vitest';
import { endpoints, startDashboard, type TestDashboard } from './testing/dashboard.js';

const DEAD = 20_000;
/** Of one script, so that tests beside this one wait milliseconds for Redis. */
const CHUNK = 2_000;

const COPY = `
for n = ARGV[2], ARGV[3] do
  local id = string.format('%032x', n)
  redis.call('COPY', KEYS[1], ARGV[1] .. id)
  redis.call('ZADD', KEYS[2], ARGV[4] - n, id)
end`;
const REMOVE = `
for n = ARGV[2], ARGV[3] do redis.call('UNLINK', ARGV[1] .. string.format('%032x', n)) end`;

/** Copies one dead letter so often that there are {@link DEAD} in all; removed after the test. */
async function manyDead({ client, prefix, die }: TestDashboard, endpoint: string): Promise<void> {
  const { id } = await die(endpoint);
  const jobs = `${prefix}:{${endpoint}}:`;
  const failed = `${jobs}failed`;
  const diedAt = await client.zscore(failed, id);
  const inChunks = async (script: string, keys: string[]): Promise<void> => {
    for (let from = 1; from < DEAD; from += CHUNK) {
      const until = Math.min(from + CHUNK, DEAD) - 1;
      await client.eval(script, keys.length, ...keys, jobs, from, until, String(diedAt));
    }
  };
  onTestFinished(() => inChunks(REMOVE, []));
  await inChunks(COPY, [`${jobs}${id}`, failed]);
}

test('20,000 dead letters and 1,000 endpoints: every page is one page', async () => {
  const names = Array.from({ length: 999 }, (_, n) => `tenant-${n}`);
  const dashboard = await startDashboard(endpoints('busy', ...names));
  await manyDead(dashboard, 'busy');
  const open = async (path: string): Promise<string> => {
    const answer = await dashboard.get(path);
    expect([path, answer.status]).toEqual([path, 200]);
    const html = await answer.text();
    expect(html.match(/<tr/g)?.length).toBeLessThan(200);
    expect(html.length).toBeLessThan(200_000);
    return html;
  };
  const moreOf = (html: string): string =>
    /href="([^"]*after=[^"]*)">More</.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';

  const home = await open('/');
  expect(home).toContain('>20,000</a>');
  expect(await open('/?page=20')).toContain('tenant-');
  // The slowest question: which of them match is known only when each was read.
  for (const path of ['/dead', '/dead?repository=acme/**', '/endpoints/busy', '/endpoints/busy?state=dead']) {
    const first = await open(path);
    if (path === '/dead') expect(first).toContain('Retry all 20,000');
    const second = await open(moreOf(first));
    const linked = (html: string): Set<string> => new Set(html.match(/\/deliveries\/[0-9a-f]{32}/g));
    expect(linked(first).size).toBe(50);
    expect(linked(second).size).toBe(50);
    expect([...linked(first)].filter((id) => linked(second).has(id))).toEqual([]);
  }
  expect(await open('/dead/retry?endpoint=busy')).toContain('busy');
});
