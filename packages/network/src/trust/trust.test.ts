import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { selfSigned } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { type CertificatePlaces, createTrust, nodesCertificates } from './trust.js';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'trust-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const authority = (): string => selfSigned({ names: ['ca.test'] }).cert;
const trustOf = (some: Partial<CertificatePlaces>) =>
  createTrust({ files: [], directories: [], named: new Map(), ...some });
const bare = (text: string): string => text.replaceAll(/\s/g, '');
const added = (some: Partial<CertificatePlaces>): string[] =>
  trustOf(some).certificates().slice(nodesCertificates().length).map(bare);

test('node’s own list is trusted, whatever else is', () => {
  expect(trustOf({}).certificates()).toEqual(expect.arrayContaining(rootCertificates.slice(0, 5)));
  expect(trustOf({}).places()).toBe('Node.js’ own list');
});

test('of several files the first that can be read counts', async () => {
  const at = await folder();
  const [one, two] = [authority(), authority()];
  await writeFile(join(at, 'one.pem'), `# a comment\n${one}\nnot a certificate\n`);
  await writeFile(join(at, 'two.pem'), two);
  const files = [join(at, 'none.pem'), join(at, 'one.pem'), join(at, 'two.pem')];
  expect(added({ files })).toEqual([bare(one)]);
  expect(trustOf({ files }).places()).toBe(`Node.js’ own list, ${files[1]}`);
});

test('of a directory each file counts, each certificate once, and what is none is left out', async () => {
  const at = await folder();
  const [one, two] = [authority(), authority()];
  await writeFile(join(at, 'a.pem'), one);
  await writeFile(join(at, 'b.pem'), `${one}${two.replaceAll('\n', '\r\n')}`);
  await writeFile(join(at, 'README'), 'nothing to see');
  await symlink(join(at, 'a.pem'), join(at, '5ed36f99.0'));
  await symlink(join(at, 'gone.pem'), join(at, 'dangling.0'));
  await mkdir(join(at, 'java'));
  expect(added({ directories: [at] }).sort()).toEqual([one, two].map(bare).sort());
});

test('a place that the environment names is named, also when it cannot be read', async () => {
  const at = await folder();
  const [file, extra] = [join(at, 'none.pem'), join(at, 'extra.pem')];
  const one = authority();
  await writeFile(extra, one);
  const named = new Map([
    [file, 'SSL_CERT_FILE'],
    [extra, 'NODE_EXTRA_CA_CERTS'],
  ]);
  const places = { files: [file], extra, named };
  expect(added(places)).toEqual([bare(one)]);
  expect(trustOf(places).places()).toBe(
    `Node.js’ own list, ${file} (SSL_CERT_FILE) (cannot be read: ENOENT), ${extra} (NODE_EXTRA_CA_CERTS)`,
  );
});

test('nothing is read before it is asked for, and then once', async () => {
  const at = await folder();
  const trust = trustOf({ directories: [at] });
  await writeFile(join(at, 'a.pem'), authority());
  const { length } = trust.certificates();
  expect(length).toBe(nodesCertificates().length + 1);
  await writeFile(join(at, 'b.pem'), authority());
  expect(trust.certificates()).toHaveLength(length);
  expect(trust.context()).toBe(trust.context());
});
