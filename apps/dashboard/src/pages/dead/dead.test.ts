/** The pages about dead deliveries when there are more than one of them can look through. */
import { expect, test } from 'vitest';
import { endpoints, startDashboard, type TestDashboard } from '../../testing/dashboard.js';

/** ARGV id of a dead delivery, first part of the keys of its queue, how many more there shall be. */
const COPY = `
local job = redis.call('HGETALL', ARGV[2] .. ARGV[1])
for n = 1, tonumber(ARGV[3]) do
  local id = string.sub(redis.sha1hex(n), 1, 32)
  redis.call('HSET', ARGV[2] .. id, unpack(job))
  redis.call('ZADD', ARGV[2] .. 'failed', n, id)
end`;

async function withDead(count: number): Promise<TestDashboard> {
  const dashboard = await startDashboard(endpoints('one'));
  const { id } = await dashboard.die('one');
  await dashboard.client.eval(COPY, 0, id, `${dashboard.prefix}:{one}:`, count - 1);
  return dashboard;
}

const heading = (html: string): string | undefined => /<h1>(.*?)<\/h1>/.exec(html)?.[1];

test('a filter that has to read each is asked about with as many as were found in a moment', {
  timeout: 60_000,
}, async () => {
  const dashboard = await withDead(3_100);
  const ask = async (path: string) => (await dashboard.get(path)).text();
  expect(heading(await ask('/dead/drop?repository=acme/**'))).toBe(
    'Delete 3,000 or more dead-lettered deliveries?',
  );
  const none = await ask('/dead/retry?reason=timeout');
  expect(heading(none)).toBe('Retry 0 or more dead-lettered deliveries?');
  expect(none).not.toContain('disabled');
});

test('a filter that need not read any is asked about with their number', async () => {
  const dashboard = await withDead(3_100);
  const ask = async (path: string) => heading(await (await dashboard.get(path)).text());
  expect(await ask('/dead/drop?endpoint=one')).toBe('Delete 3,100 dead-lettered deliveries?');
  expect(await ask('/dead/retry')).toBe('Retry 3,100 dead-lettered deliveries?');
});
