/**
 * Docker's credential helpers (docker/docker-credential-helpers): `docker-credential-NAME get` reads the server
 * from stdin and prints `{"Username", "Secret"}`. How ECR, Google and Azure give out passwords that expire.
 */
import { execFile } from 'node:child_process';
import { RegistryError } from './error.js';
import { jsonOf } from './json.js';
import type { Credential } from './port.js';

/** Milliseconds: some of them ask a cloud. */
const TIMEOUT_MS = 30_000;
/** The name becomes part of a program's name: no slashes. */
const NAME = /^[A-Za-z0-9][\w.-]*$/;

/** Undefined when the helper has none for this server. Rejects with `credentials`. */
export async function askHelper(name: string, server: string): Promise<Credential | undefined> {
  if (!NAME.test(name)) throw new RegistryError('credentials', 'the credential helper has an invalid name');
  const program = `docker-credential-${name}`;
  const output = await run(program, server);
  if (output === undefined) return undefined;
  const { username, secret } = parsed(output);
  if (secret === '') throw new RegistryError('credentials', `${program} get printed no credentials`);
  return username === '<token>' ? { identityToken: secret } : { username, password: secret };
}

function run(program: string, server: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, ['get'], { timeout: TIMEOUT_MS }, (error, stdout) => {
      if (!error) return resolve(stdout);
      if (/credentials not found/i.test(stdout)) return resolve(undefined);
      const why = error.code === 'ENOENT' ? 'is not on the PATH' : `failed (${error.code ?? error.signal})`;
      reject(new RegistryError('credentials', `${program} ${why}`));
    });
    // a helper that does not read its input
    child.stdin?.on('error', () => {});
    child.stdin?.end(server);
  });
}

function parsed(output: string): { username: string; secret: string } {
  const { Username, Secret } = jsonOf(output) ?? {};
  return { username: String(Username ?? ''), secret: String(Secret ?? '') };
}
