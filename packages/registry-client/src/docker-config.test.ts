import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DockerConfig } from './docker-config.js';
import { kindOf, temporaryFile } from './testing/client.js';

const encoded = (text: string) => Buffer.from(text).toString('base64');
const me = { username: 'me', password: 'se:cret' };

async function credentialIn(config: unknown, host = 'registry.example.com', repository = 'acme/app') {
  const path = await temporaryFile('config.json', JSON.stringify(config));
  return new DockerConfig(path, () => 0).credential(host, repository);
}

describe('an entry', () => {
  test.each([
    ['auth', { auth: encoded('me:se:cret') }, me],
    ['auth with what docker pads it', { auth: encoded('me:se:cret\0\0') }, me],
    ['username and password', me, me],
    [
      'a refresh token',
      { auth: encoded('00000000-0000-0000-0000-000000000000:'), identitytoken: 'x' },
      { identityToken: 'x' },
    ],
    ['a registry token', { registrytoken: 'x' }, { bearer: 'x' }],
    ['nothing', {}, undefined],
    ['nonsense', { auth: encoded('no colon') }, undefined],
  ])('with %s', async (_, entry, expected) => {
    expect(await credentialIn({ auths: { 'registry.example.com': entry } })).toEqual(expected);
  });

  test.each([
    ['registry.example.com', 'registry.example.com'],
    ['https://registry.example.com', 'registry.example.com'],
    ['https://registry.example.com/v1/', 'registry.example.com'],
    ['registry.example.com/v2/', 'registry.example.com'],
    ['registry.example.com:5000', 'registry.example.com:5000'],
    ['https://index.docker.io/v1/', 'registry-1.docker.io'],
    ['docker.io', 'index.docker.io'],
  ])('under %s is for %s', async (key, host) => {
    expect(await credentialIn({ auths: { [key]: me } }, host)).toEqual(me);
  });

  test.each(['other.example.com', 'registry.example.com:5000', 'example.com', 'registry.example.com/other'])(
    'under %s is for others',
    async (key) => {
      expect(await credentialIn({ auths: { [key]: me } })).toBeUndefined();
    },
  );

  test('for a part of the registry is before one for all of it', async () => {
    const auths = {
      'quay.io': { username: 'all', password: 'x' },
      'quay.io/acme': { username: 'acme', password: 'x' },
      'quay.io/acme/app': { username: 'app', password: 'x' },
    };
    const names = ['acme/app', 'acme/other', 'acmee/app', 'other'].map(async (repository) => {
      const found = await credentialIn({ auths }, 'quay.io', repository);
      return found && 'username' in found && found.username;
    });
    expect(await Promise.all(names)).toEqual(['app', 'acme', 'all', 'all']);
  });

  test('of the old file without auths', async () => {
    expect(
      await credentialIn({ 'https://registry.example.com/v1/': { auth: encoded('me:se:cret') } }),
    ).toEqual(me);
  });
});

describe('the file', () => {
  test('is read again after a minute, and after it was forgotten', async () => {
    let now = 0;
    const write = (username: string) =>
      writeFile(path, JSON.stringify({ auths: { r: { username, password: 'x' } } }));
    const path = await temporaryFile('config.json', '{}');
    const config = new DockerConfig(path, () => now);
    await write('one');
    expect(await config.credential('r', 'a')).toMatchObject({ username: 'one' });
    await write('two');
    now = 59_000;
    expect(await config.credential('r', 'a')).toMatchObject({ username: 'one' });
    now = 61_000;
    expect(await config.credential('r', 'a')).toMatchObject({ username: 'two' });
    await write('three');
    config.forget();
    expect(await config.credential('r', 'a')).toMatchObject({ username: 'three' });
  });

  test.each(['', 'no json', '[]', '5'])('that is %j is an error that may pass', async (text) => {
    const path = await temporaryFile('config.json', text);
    const config = new DockerConfig(path, () => 0);
    expect(await kindOf(config.credential('r', 'a'))).toBe('credentials');
    await writeFile(path, JSON.stringify({ auths: { r: me } }));
    expect(await config.credential('r', 'a')).toEqual(me);
  });

  test('that is not there is an error that names it', async () => {
    const config = new DockerConfig('/nowhere/config.json', () => 0);
    await expect(config.credential('r', 'a')).rejects.toThrow(
      '/nowhere/config.json: cannot be read as a docker config (ENOENT)',
    );
  });
});

describe('a credential helper', () => {
  const script = `#!/bin/sh
read -r server
[ "$1" = get ] || exit 2
case "$server" in
  registry.example.com) echo '{"ServerURL":"x","Username":"me","Secret":"se:cret"}' ;;
  https://index.docker.io/v1/) echo '{"Username":"<token>","Secret":"refresh-me"}' ;;
  empty.example.com) echo '{}' ;;
  absent.example.com) echo 'credentials not found in native keychain'; exit 1 ;;
  *) echo 'secret words' >&2; exit 3 ;;
esac
`;

  async function ask(config: object, host: string) {
    const path = await temporaryFile('docker-credential-test', script, 0o700);
    const before = process.env.PATH;
    process.env.PATH = `${dirname(path)}:${before}`;
    try {
      return await credentialIn(config, host);
    } finally {
      process.env.PATH = before;
    }
  }

  test('runs once for a host, however many repositories, until the file is read again', async () => {
    const log = await temporaryFile('log', '');
    const slow = `#!/bin/sh
read -r server
echo "$server" >> ${log}
echo '{"Username":"me","Secret":"se:cret"}'
`;
    const program = await temporaryFile('docker-credential-test', slow, 0o700);
    const path = await temporaryFile('config.json', JSON.stringify({ credsStore: 'test' }));
    const before = process.env.PATH;
    process.env.PATH = `${dirname(program)}:${before}`;
    try {
      let now = 0;
      const config = new DockerConfig(path, () => now);
      const runs = async () => (await readFile(log, 'utf8')).trim().split('\n');
      const repositories = Array.from({ length: 10 }, (_, n) => `acme/app-${n}`);
      const found = await Promise.all(repositories.map((one) => config.credential('r.example.com', one)));
      expect(found).toEqual(repositories.map(() => me));
      for (const one of repositories) await config.credential('r.example.com', one);
      expect(await runs()).toEqual(['r.example.com']);
      await config.credential('registry-1.docker.io', 'library/nginx');
      expect(await runs()).toEqual(['r.example.com', 'https://index.docker.io/v1/']);
      now += 61_000;
      await config.credential('r.example.com', 'acme/app-0');
      config.forget();
      await config.credential('r.example.com', 'acme/app-1');
      expect(await runs()).toHaveLength(4);
    } finally {
      process.env.PATH = before;
    }
  });

  test('gives a password', async () => {
    expect(await ask({ credsStore: 'test' }, 'registry.example.com')).toEqual(me);
  });

  test('of one registry is for that registry', async () => {
    const config = { credHelpers: { 'registry.example.com': 'test' } };
    expect(await ask(config, 'registry.example.com')).toEqual(me);
    expect(await ask(config, 'other.example.com')).toBeUndefined();
  });

  test('gives a refresh token, and knows Docker Hub by its old name', async () => {
    expect(await ask({ credsStore: 'test' }, 'registry-1.docker.io')).toEqual({
      identityToken: 'refresh-me',
    });
  });

  test('that has nothing leaves it to the file', async () => {
    const auths = { 'absent.example.com': me };
    expect(await ask({ credsStore: 'test', auths }, 'absent.example.com')).toEqual(me);
    expect(await ask({ credsStore: 'test' }, 'absent.example.com')).toBeUndefined();
  });

  test.each([
    ['fails', 'test', 'broken.example.com', /^docker-credential-test failed \(3\)$/],
    ['prints nothing of use', 'test', 'empty.example.com', /printed no credentials$/],
    ['is not there', 'absent', 'registry.example.com', /^docker-credential-absent is not on the PATH$/],
    ['is a path', '../../bin/sh', 'registry.example.com', /has an invalid name$/],
  ])('that %s is an error', async (_, credsStore, host, message) => {
    const asked = ask({ credsStore }, host);
    await expect(asked).rejects.toThrow(message);
    expect(await kindOf(asked)).toBe('credentials');
  });
});
