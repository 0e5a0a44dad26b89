/** `longshore preheat`: the same by hand, with and without a relay that runs. */
import { eventually } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { command } from './operator.js';
import { pushOf, relayWith, warmEndpoint } from './preheat.js';
import { envelope, longshore, type Relay, type Settings, workFolder, writeConfig } from './relay.js';
import { anImage, anIndex, type ScriptedRegistry, scriptedRegistry } from './scripted-registry.js';

const SLOW_MS = 120_000;
const image = anIndex([anImage(['one', 'shared'], { n: 1 }), anImage(['two', 'shared'], { n: 2 })]);

/** Scripted parts, and a configuration without a relay unless `relay` starts one. */
async function parts(
  preheat: Settings = {},
  { relay = false } = {},
): Promise<{ origin: ScriptedRegistry; mirror: ScriptedRegistry; file: string; relay?: Relay }> {
  const [origin, mirror] = [await scriptedRegistry(), await scriptedRegistry()];
  for (const registry of [origin, mirror]) registry.has(image, '1.0');
  const targets = [{ name: 'mirror', kind: 'pull-through', url: mirror.url }];
  const endpoint = warmEndpoint({ registry: { url: origin.url }, targets, ...preheat });
  if (relay) return { origin, mirror, ...(await relayWith([endpoint])) };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints: [endpoint] } });
  return { origin, mirror, file };
}

const run = (...args: string[]) => command(['preheat', ...args]);

describe('without a relay', () => {
  test(
    'an image is warmed, and a table says what became of each blob',
    async () => {
      const { file, origin, mirror } = await parts();
      const { code, stdout, stderr } = await run('team/api:1.0', '--config', file);
      expect([code, stderr]).toEqual([0, expect.stringContaining('relay not reachable')]);
      const lines = stdout.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^RESULT +TARGET +ROLE +PLATFORM +SIZE +DIGEST/);
      for (const { digest } of image.parts) {
        expect(lines.some((line) => line.startsWith('warmed') && line.includes(digest.slice(0, 19)))).toBe(
          true,
        );
      }
      expect(lines.at(-1)).toMatch(
        /^team\/api:1\.0@sha256:\w+: succeeded: 8 warmed, 0 already warm, 0 skipped, 0 failed in/,
      );
      expect(origin.asked().get(`manifests/${image.root.digest}`)).toBe(1);
      for (const { digest } of image.parts) {
        const asked = [...mirror.asked().keys()].filter((path) => path.endsWith(digest));
        expect(asked, digest).not.toEqual([]);
      }
      // Not a terminal: no bar.
      expect(stderr).not.toContain('\r');
    },
    SLOW_MS,
  );

  test(
    'a blob that fails is in the table with its reason, and the exit code is 1',
    async () => {
      const { file, mirror } = await parts();
      const bad = image.parts.find(({ body }) => body.toString() === 'two')?.digest ?? '';
      mirror.otherwise((path) => (path === `blobs/${bad}` ? { status: 404 } : undefined));
      const { code, stdout } = await run('team/api:1.0', '--config', file);
      expect(code).toBe(1);
      expect(stdout).toMatch(new RegExp(`^failed +mirror .*${bad.slice(0, 19)}`, 'm'));
      expect(stdout).toMatch(/: partial: 7 warmed.* 1 failed/);
    },
    SLOW_MS,
  );

  test(
    'a registry of this machine that is named by hand is meant, although no event may name it',
    async () => {
      const { file, origin } = await parts({ registry: { hosts: ['*'] } });
      const { code, stdout } = await run(`${new URL(origin.url).host}/team/api:1.0`, '--config', file);
      expect([code, stdout]).toEqual([0, expect.stringContaining('8 warmed')]);
    },
    SLOW_MS,
  );

  test(
    'a name that is not there is an error at once',
    async () => {
      const { file } = await parts();
      const { code, stdout } = await run('team/api:2.0', '--config', file, '--json');
      expect([code, JSON.parse(stdout)]).toEqual([
        1,
        expect.objectContaining({ result: 'failed', tag: '2.0', detail: expect.stringContaining('2.0') }),
      ]);
    },
    SLOW_MS,
  );

  test(
    '--dry-run asks no target and lists what it would warm',
    async () => {
      const { file, mirror } = await parts();
      const { code, stdout } = await run('team/api:1.0', '--config', file, '--dry-run', '--json');
      const dry = JSON.parse(stdout);
      expect([code, dry.result, dry.tally.skipped]).toEqual([0, 'dryrun', 8]);
      const sizes = dry.parts.map(({ size }: { size: number }) => size);
      expect(dry.tally.bytes).toBe(sizes.reduce((sum: number, size: number) => sum + size, 0));
      expect(dry.tally.bytes).toBeGreaterThan(0);
      expect(mirror.requests).toHaveLength(0);
    },
    SLOW_MS,
  );

  test(
    'what the policy leaves out is listed with its reason',
    async () => {
      const { file, mirror } = await parts({ platforms: ['linux/amd64'] });
      const { stdout } = await run('team/api:1.0', '--config', file, '--json');
      const { parts: rows } = JSON.parse(stdout);
      const left = rows.filter(({ result }: { result: string }) => result === 'skipped');
      expect(left).toMatchObject([{ target: '', reason: 'platform' }]);
      const two = image.parts.find(({ body }) => body.toString() === 'two');
      expect(mirror.asked().has(`blobs/${two?.digest}`)).toBe(false);
    },
    SLOW_MS,
  );
});

describe('with a relay', () => {
  test(
    'what is warm already is not asked for again, by either',
    async () => {
      const { file, mirror, origin, relay } = await parts({}, { relay: true });
      await relay?.post(envelope(pushOf(origin.url, 'team/api', image.root, { tag: '1.0' })));
      await relay?.waitFor('preheat.finished');
      const before = mirror.requests.length;
      const { code, stdout } = await run('team/api:1.0', '--config', file);
      expect([code, stdout]).toEqual([0, expect.stringMatching(/0 warmed, 8 already warm/)]);
      expect(mirror.requests.length).toBe(before);
    },
    SLOW_MS,
  );

  test(
    'it waits for a worker that is at the same image, and shows what that came to',
    async () => {
      const { file, mirror, origin, relay } = await parts({}, { relay: true });
      let free = (): void => {};
      const freed = new Promise<void>((resolve) => {
        free = resolve;
      });
      mirror.otherwise(async () => {
        await freed;
        return undefined;
      });
      await relay?.post(envelope(pushOf(origin.url, 'team/api', image.root, { tag: '1.0' })));
      await eventually(() => mirror.requests.length > 0);
      const dry = await run('team/api:1.0', '--config', file, '--dry-run', '--json');
      expect([dry.code, JSON.parse(dry.stdout).result]).toEqual([0, 'dryrun']);
      expect(dry.stderr).not.toContain('another delivery');
      const child = longshore(['preheat', 'team/api:1.0', '--config', file]);
      await eventually(() => child.stderr.includes('another delivery warms the same image'));
      // The dry run asked once what the tag means, and so does a command that waits.
      const heads = () => origin.requests.filter(({ method }) => method === 'HEAD').length;
      expect(heads()).toBe(2);
      free();
      expect((await child.exited).code).toBe(0);
      expect(child.stdout).toContain('8 warmed');
      expect(heads()).toBe(2);
    },
    SLOW_MS,
  );
});

test.each([
  [['Team/API:1.0'], /Use an image reference/],
  [['team/api:1.0', '--endpoint', 'cold'], /available: warm/],
  [['other.example.com/team/api:1.0'], /not the registry of warm/],
])('%j is a wrong use', async (args, message) => {
  const { file } = await parts();
  const { code, stderr } = await run(...args, '--config', file);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});
