/** Who was notified of an image, proven by the history and the archive, and signed. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, hasTool, redisUrl, startReceiver, testDatabase, testPrefix } from '@longshore/testkit';
import pg from 'pg';
import { expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

const LONG_MS = 300_000;
const DIGEST = 'sha256:858a8366125ba1ee606c2d28f6b029eb431b3db12b8a79389ee03434a762913c';
const OTHER = `sha256:${'0'.repeat(64)}`;

const rowsIn = async (url: string, table: string): Promise<number> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return Number((await client.query(`select count(*) as n from longshore.${table}`)).rows[0]?.n);
  } finally {
    await client.end();
  }
};

test.skipIf(!hasTool('postgres'))(
  'a proof states who was notified, is signed, and is refused when it was changed',
  async () => {
    const url = await testDatabase();
    const folder = await workFolder();
    const answers = [500, 200, 200];
    const receiver = await startReceiver(() => ({ status: answers.shift() ?? 200 }));
    const endpoints = [
      { name: 'deploys', url: receiver.url, backoff: '10ms' },
      { name: 'others', url: receiver.url, ignore: { repositories: ['acme/**'] } },
    ];
    const redis = { url: redisUrl(), prefix: testPrefix() };
    const file = await writeConfig(folder, { notifications: { endpoints }, archive: { url }, redis });
    const relay = await startRelay(file);
    await relay.post(envelope(anEvent({ id: 'pushed' })));
    const settled = (id: string) =>
      relay.waitFor(
        ({ record, outcome, eventId, endpoint }) =>
          record === 'delivery.attempted' &&
          outcome === 'delivered' &&
          eventId === id &&
          endpoint === 'deploys',
      );
    await settled('pushed');
    // A pull of the same image is no notification of a change.
    await relay.post(envelope(anEvent({ id: 'pulled', action: 'pull' })));
    await settled('pulled');
    await eventually(
      () => rowsIn(url, 'event'),
      (rows) => rows === 2,
      AT_LAST,
    );
    const run = (...args: string[]) => command(['proof', ...args, '--config', file]);

    // What became of the delivery to the archive is in the history a moment later.
    const isWhole = ({ stdout }: { stdout: string }) => JSON.parse(stdout).events[0]?.history === 'whole';
    const json = await eventually(() => run(DIGEST, '--json'), isWhole, AT_LAST);
    const statement = JSON.parse(json.stdout);
    expect(json.code).toBe(0);
    expect(statement).toMatchObject({
      subject: { digest: DIGEST },
      evidence: {
        gaps: [],
        more: false,
        history: expect.any(String),
        archive: '2026-11-21T06:29:56.133647Z',
      },
      events: [
        {
          id: 'pushed',
          action: 'push',
          repository: 'acme/app',
          tag: '1.0',
          history: 'whole',
          deliveries: [
            {
              endpoint: 'deploys',
              state: 'delivered',
              attempts: 2,
              status: 200,
              tries: [
                { outcome: 'retry', status: 500 },
                { outcome: 'delivered', status: 200 },
              ],
            },
            { endpoint: 'archive', state: 'delivered' },
          ],
          ignored: [{ endpoint: 'others' }],
        },
      ],
    });
    const text = await run('registry.example.com/acme/app:1.0');
    expect(text.stdout).toMatch(/deploys: delivered at .*, after 2 attempts, answer: .*200/);
    expect(text.stdout).toMatch(/Evidence: attempts since .*\nThe archive has events since /);

    const ed = generateKeyPairSync('ed25519');
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const path = async (name: string, content: string): Promise<string> => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    };
    const keys = {
      pem: [
        await path('ed.pem', String(ed.privateKey.export({ type: 'pkcs8', format: 'pem' }))),
        await path('ed.pub', String(ed.publicKey.export({ type: 'spki', format: 'pem' }))),
      ],
      jwk: [
        await path('ec.jwk', JSON.stringify(ec.privateKey.export({ format: 'jwk' }))),
        await path('ec.pub.jwk', JSON.stringify(ec.publicKey.export({ format: 'jwk' }))),
      ],
    } as const;
    const jws: string[] = [];
    for (const [secret, shared] of Object.values(keys)) {
      const { code, stdout } = await run(DIGEST, '--sign', secret);
      expect([code, stdout.trim().split('.').length]).toEqual([0, 3]);
      const checked = await run('--verify', await path('proof.jws', stdout), '--key', shared);
      expect(checked).toMatchObject({ code: 0, stderr: '' });
      expect(checked.stdout).toContain('deploys: delivered');
      jws.push(stdout.trim());
    }
    const [one = ''] = jws;
    const [head = '', payload = '', signature = ''] = one.split('.');
    const changed = Buffer.from(payload, 'base64url').toString().replace('"attempts":2', '"attempts":1');
    const forged = `${head}.${Buffer.from(changed).toString('base64url')}.${signature}`;
    const check = async (text: string, key: string, ...more: string[]) =>
      (await run(...more, '--verify', await path('other.jws', text), '--key', key)).code;
    expect(changed).toContain('"attempts":1');
    expect(await check(one, keys.pem[1], DIGEST)).toBe(0);
    expect(await check(forged, keys.pem[1])).toBe(1);
    expect(await check(one, keys.jwk[1])).toBe(1);
    expect(await check(one, keys.pem[1], OTHER)).toBe(1);
    expect(await check('no proof', keys.pem[1])).toBe(1);

    expect(await run(OTHER)).toMatchObject({ code: 1, stderr: expect.stringContaining('no event of') });
    expect((await run(DIGEST, '--sign', keys.pem[1])).code).toBe(2);
    expect((await run('--verify', join(folder, 'proof.jws'))).code).toBe(2);
    expect((await run()).code).toBe(2);
  },
  LONG_MS,
);
