/** `longshore verify`: a request that was captured. */
import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSign } from '@longshore/signing';
import { expect, test } from 'vitest';
import { command } from './operator.js';
import { workFolder } from './relay.js';

const BODY = Buffer.from('{"events":[{"id":"é"}]}');

async function aFile(body: Buffer = BODY): Promise<string> {
  const file = join(await workFolder(), 'body.json');
  await writeFile(file, body);
  return file;
}

/** As the command takes them. */
const asOptions = (headers: Record<string, string>): string[] =>
  Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}=${value}`]);

test('a request that an endpoint signed is valid; with another body it is not', async () => {
  const headers = createSign({ scheme: 'standard', secrets: ['new', 'old'] })(BODY, {
    id: 'd1',
    at: Date.now(),
  });
  const [file, other] = [await aFile(), await aFile(Buffer.from('{}'))];
  const args = ['verify', '--secret', 'old', ...asOptions(headers)];
  expect(await command([...args, file])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^valid: standard/),
  });
  expect(await command([...args, other])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/invalid: no signature/),
  });
  const json = await command([...args, file, '--json']);
  expect(JSON.parse(json.stdout)).toEqual({ valid: true, why: expect.any(String) });
});

test('an old request needs --any-time', async () => {
  const headers = createSign({ scheme: 'standard', secrets: ['s'] })(BODY, { id: 'd1', at: 0 });
  const args = ['verify', '--secret', 's', ...asOptions(headers), await aFile()];
  expect(await command(args)).toMatchObject({ code: 1, stderr: expect.stringContaining('--any-time') });
  expect(await command([...args, '--any-time'])).toMatchObject({ code: 0 });
});

test('a scheme of its own, with a secret from the environment', async () => {
  const value = `v0:${createHmac('sha512', 'from env').update(BODY).digest('base64')}`;
  const args = [
    '--signature-header',
    'X-Sig',
    '--algorithm',
    'sha512',
    '--encoding',
    'base64',
    '--prefix',
    'v0:',
  ];
  const run = command(
    ['verify', '--secret', 'env:SIGNING', '--header', `x-sig: ${value}`, ...args, await aFile()],
    { SIGNING: 'from env' },
  );
  expect(await run).toMatchObject({ code: 0, stdout: expect.stringContaining('custom: X-Sig') });
});

test.each([
  [['--header', 'x=1']],
  [['--secret', 's', '--header', 'nothing']],
  [['--secret', 's', '--scheme', 'rot13']],
  [['--secret', 's', '--scheme', 'custom']],
  [['--secret', 'env:LONGSHORE_NO_SUCH_VARIABLE', '/dev/null']],
  [['--secret', 'whsec_***', '--scheme', 'standard', '/dev/null']],
  [['--secret', 's', '/nowhere/body.json']],
])('wrong usage %j exits with 2', async (args) => {
  expect(await command(['verify', ...args])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/error: |longshore: /),
  });
});
