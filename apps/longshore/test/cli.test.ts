/** The command line as a user meets it: what it prints and its exit codes 0, 1 and 2. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, startReceiver } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { command } from './operator.js';
import { longshore, startRelay, workFolder, writeConfig } from './relay.js';

/** In a process of its own, where it is about the end of that: what is written by then, and what is left behind. */
async function result(args: readonly string[]) {
  const child = longshore(args);
  const { code } = await child.exited;
  return { code, stdout: child.stdout, stderr: child.stderr };
}

test.each(['run', 'check', 'send'])('%s --help shows an example and exits with 0', async (name) => {
  const { code, stdout } = await command([name, '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples:\\s+\\$ longshore ${name}`));
});

test.each([[['frobnicate']], [['run', '--role', 'baker']], [['send', '--count', 'none']], [['check']]])(
  'wrong usage %j exits with 2 and says what is wrong',
  async (args) => {
    const { code, stderr } = await command(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/error: /);
  },
);

describe('output', () => {
  test('more than a pipe holds is written whole', async () => {
    const file = join(await workFolder(), 'longshore.yml');
    const endpoints = Array.from({ length: 1_000 }, (_, n) => ({
      name: `hook-${n}`,
      url: 'http://x.example',
    }));
    await writeFile(file, JSON.stringify({ version: 0.1, notifications: { endpoints } }));
    const { code, stdout } = await result(['check', file]);
    expect(code).toBe(0);
    expect(stdout.slice(-100)).toMatch(/usable \(0 errors, \d+ warnings?\)\n$/);
  });

  test('a reader that has seen enough is no error', async () => {
    const bin = fileURLToPath(new URL('../bin/longshore.js', import.meta.url));
    const line = '{ "$0" "$1" check --help; echo "exit $?" >&2; } | true';
    const child = runProcess('sh', ['-c', line, process.execPath, bin]);
    await child.exited;
    expect(child.stderr).toBe('exit 0\n');
  });
});

describe('check', () => {
  test("a registry's own file is usable, with a warning for its bare duration", async () => {
    const file = join(await workFolder(), 'config.yml');
    await writeFile(
      file,
      `version: 0.1
storage: { inmemory: {} }
http: { addr: :5000 }
notifications:
  endpoints:
    - { name: hook, url: https://user:hunter2@hook.example.com/, timeout: 500, headers: { Authorization: [Bearer s3cret] } }
`,
    );
    const { code, stdout } = await command(['check', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/hook/);
    expect(stdout).toMatch(/warning: .*config\.yml:6.*nanoseconds/);
    expect(stdout).toMatch(/usable \(0 errors, [1-9]\d* warnings?\)/);
    expect(stdout).not.toMatch(/s3cret|hunter2/);
  });

  test('an unknown key is not usable, exits with 2 and names the nearest', async () => {
    const folder = await workFolder();
    const file = await writeConfig(folder, {
      notifications: { endpoints: [{ name: 'a', urll: 'http://x/' }] },
    });
    const { code, stdout } = await command(['check', file]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/error: .*urll.*url/s);
  });

  test("a registry's file that names Longshore is right", async () => {
    const sample = fileURLToPath(new URL('../../../infra/registry/config.yml', import.meta.url));
    const { code, stdout } = await command(['check', sample]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/sends to Longshore: POST/)]);
    expect(stdout).toMatch(/a registry's configuration, usable \(0 errors, /);
    const run = await command(['run', '--config', sample]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(/own ingest/)]);
  });

  test('--strict fails on a missing secret and on no endpoints, in text and as JSON', async () => {
    const folder = await workFolder();
    const empty = join(folder, 'empty.yml');
    await writeFile(empty, '');
    const secret = join(folder, 'secret.yml');
    await writeFile(secret, 'notifications: { endpoints: [{ name: a, url: env:LONGSHORE_TEST_NO_SUCH }] }\n');
    for (const [file, reason] of [
      [empty, 'there are none'],
      [secret, 'LONGSHORE_TEST_NO_SUCH is not set'],
    ] as const) {
      const [lenient, strict, json] = await Promise.all([
        command(['check', file]),
        command(['check', file, '--strict']),
        command(['check', file, '--strict', '--json']),
      ]);
      expect([lenient.code, strict.code, json.code]).toEqual([0, 2, 2]);
      expect(strict.stdout).toContain(reason);
      expect(strict.stdout).toMatch(/fails --strict \(0 errors, 1 warning\)\n$/);
      expect(JSON.parse(json.stdout)).toMatchObject({
        usable: false,
        strict: true,
        problems: [{ level: 'warning' }],
      });
    }
  });

  test('for each source check prints what its sender does on failure and what covers it', async () => {
    const file = await writeConfig(await workFolder(), {
      notifications: { endpoints: [{ name: 'a', url: 'http://hook.example.com/' }] },
      sources: [
        { name: 'builds', kind: 'nexus', auth: { bearer: 's3cret' } },
        { name: 'eu', kind: 'distribution', auth: { bearer: 's3cret' } },
        { name: 'hub', kind: 'dockerhub', auth: { token: 's3cret' }, spool: 'never' },
      ],
    });
    const { code, stdout } = await command(['check', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/source builds, kind nexus\n.*never retries.*\n.*configure there: .*\n.*spooled/);
    expect(stdout).toMatch(
      /source eu, kind distribution\n.*forever.*\n.*timeout: 5s.*\n.*gets 503 and retries/,
    );
    expect(stdout).toMatch(/source hub, kind dockerhub\n(.*\n){2}.*are lost \(spool: never\)/);
    const json = JSON.parse((await command(['check', file, '--json'])).stdout);
    expect(json.senders).toMatchObject([
      { source: 'builds', kind: 'nexus', onFailure: 'never-retries', spooled: true },
      { source: 'eu', kind: 'distribution', onFailure: 'retries-for-ever', spooled: false },
      { source: 'hub', kind: 'dockerhub', onFailure: 'never-retries', spooled: false },
    ]);
    for (const { words, advice, outage } of json.senders)
      for (const text of [words, advice, outage]) expect(text).toBeTruthy();
  });

  test('--json prints data', async () => {
    const file = await writeConfig(await workFolder(), {
      notifications: { endpoints: [{ name: 'a', url: 'http://hook.example.com/' }] },
    });
    const { code, stdout } = await command(['check', file, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      usable: true,
      flavor: 'longshore',
      config: { notifications: {} },
    });
  });
});

describe('run', () => {
  test('a configuration that cannot be used exits with 2 and names the place', async () => {
    const file = await writeConfig(await workFolder(), {
      notifications: { endpoints: [{ name: 'a', url: '' }] },
    });
    const { code, stdout, stderr } = await result(['run', '--config', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/longshore\.yml:\d+:\d+: notifications\.endpoints\[0\]/);
    expect(JSON.parse(stdout)).toMatchObject({
      level: 'error',
      msg: 'not started',
      err: { code: 'CONFIG_INVALID' },
    });
  });

  test('a missing secret exits with 2 and names the reference', async () => {
    const headers = { Authorization: ['env:LONGSHORE_TEST_NO_SUCH'] };
    const file = await writeConfig(await workFolder(), {
      notifications: { endpoints: [{ name: 'a', url: 'http://127.0.0.1:1/', headers }] },
    });
    const { code, stderr } = await command(['run', '--config', file]);
    expect(code).toBe(2);
    expect(stderr).toContain('env:LONGSHORE_TEST_NO_SUCH');
  });

  test('a taken port exits with 1, names the setting, and leaves no Redis behind', async () => {
    const receiver = await startReceiver();
    const folder = await workFolder();
    const ingest = { listen: `127.0.0.1:${receiver.port}` };
    const file = await writeConfig(folder, { ingest });
    const { code, stderr } = await result(['run', '--config', file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ingest cannot listen on .*ingest\.listen/);
    const second = await startRelay(await writeConfig(folder, {}));
    expect((await second.stop()).code).toBe(0);
  });

  test('an address that this machine does not have is reported once, and as JSON among the log lines', async () => {
    // From a range that is kept for documentation.
    const file = await writeConfig(await workFolder(), { ingest: { listen: '192.0.2.1:0' } });
    const { code, stdout, stderr } = await command(['run', '--config', file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/does not have the address\. Add it to an interface, or set ingest\.listen \(/);
    expect(stdout).not.toContain('INGEST IS OPEN');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({
      level: 'error',
      msg: 'not started',
      err: { code: 'LISTEN_FAILED', message: expect.stringContaining('does not have the address') },
    });
    expect(lines.at(-1).err.stack).toBeUndefined();
    expect(lines.map(({ msg }) => msg)).not.toContain('stopped');
  });

  test('a dashboard beyond loopback without a password does not start', async () => {
    const file = await writeConfig(await workFolder(), { dashboard: { listen: '0.0.0.0:0' } });
    const { code, stderr } = await command(['run', '--config', file]);
    expect(code).toBe(2);
    expect(stderr).toContain('dashboard.auth.basic');
  });
});

describe('send', () => {
  test('a sample event is taken, and its answer printed', async () => {
    const receiver = await startReceiver();
    const file = await writeConfig(await workFolder(), {
      notifications: { endpoints: [{ name: 'a', url: receiver.url }] },
    });
    const relay = await startRelay(file);
    const to = `${relay.ingest}/registry/notifications`;
    const sent = await command([
      'send',
      '--to',
      to,
      '--repository',
      'acme/app',
      '--tag',
      '1.0',
      '--count',
      '2',
    ]);
    expect(sent.code).toBe(0);
    expect(sent.stdout.match(/202 Accepted {"accepted":1,"enqueued":1,/g)).toHaveLength(2);
    const [request] = await receiver.received(2);
    expect(request?.json()).toMatchObject({
      events: [{ action: 'push', target: { repository: 'acme/app', tag: '1.0' } }],
    });
  });

  test('a given file is posted as it is', async () => {
    const folder = await workFolder();
    const event = join(folder, 'event.json');
    await writeFile(event, '{"events":[');
    const relay = await startRelay(await writeConfig(folder, {}));
    const to = `${relay.ingest}/registry/notifications`;
    const { code, stdout } = await command(['send', '--to', to, '--file', event, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 202, body: { accepted: 0, quarantined: 1 } });
  });

  test('without a relay it exits with 1 and says what to look at', async () => {
    const { code, stderr } = await command(['send', '--to', 'http://127.0.0.1:9/']);
    expect(code).toBe(1);
    expect(stderr).toContain('is the relay running');
  });
});
