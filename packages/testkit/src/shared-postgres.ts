/**
 * One PostgreSQL for a whole vitest run, started by the first test that asks for a database, and a database for each
 * test. Most runs of single files need none, and a start costs a second or two of CPU.
 *
 * vitest calls the default export once, before and after all tests (`globalSetup` in vitest.config.ts). The workers
 * ask its process for the server over a unix socket, so that the server outlives each worker. There is a second one, of
 * the programs that npm has, for tests in `onEachPostgres`.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { atTestEnd, removeFolder, temporaryFolder } from './cleanup.js';
import { startPostgres, type TestPostgres } from './postgres.js';
import { createDatabase, npmPostgresBin, psql, urlOf } from './postgres-tools.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The unix socket that answers with the folder of the shared PostgreSQL, as JSON. */
    postgresOnDemand: string;
  }
}

/** vitest's `globalSetup`: listens for the first test that wants a database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await temporaryFolder('on-demand');
  const shared = new Map<string, Promise<TestPostgres>>();
  const server = createServer(async (socket) => {
    // One small write on a unix socket arrives whole.
    const { bin } = JSON.parse(String(await once(socket, 'data')));
    const started = shared.get(bin) ?? startPostgres(bin ? { bin } : {});
    shared.set(bin, started);
    const answer = await started.then(
      (postgres) => ({ socket: postgres.socket }),
      (error) => ({ error: String(error) }),
    );
    socket.on('error', () => {}).end(JSON.stringify(answer));
  });
  const path = join(folder, 'socket');
  await once(server.listen(path), 'listening');
  project.provide('postgresOnDemand', path);
  return async () => {
    server.close();
    for (const started of shared.values()) await started.then((it) => it.remove()).catch(() => {});
    await removeFolder(folder);
  };
}

/** Folder of the programs that databases are asked of; of this machine where it is empty. */
let programs = '';

/** Registers tests twice: with databases of this machine's PostgreSQL, and with those of the one that npm has. */
export function onEachPostgres(tests: () => void): void {
  tests();
  const bin = npmPostgresBin();
  describe.skipIf(!bin)('on the PostgreSQL that npm has', () => {
    beforeAll(() => {
      programs = bin ?? '';
    });
    afterAll(() => {
      programs = '';
    });
    tests();
  });
}

/**
 * A new, empty database on the PostgreSQL that all tests of this run share; a copy of `from` (a URL of this module,
 * without connections), where that is given. It is dropped at the test's end. Throws where there is no PostgreSQL.
 */
export async function testDatabase(from?: string): Promise<string> {
  const socket = await sharedServer();
  const url = await createDatabase(socket, from);
  const name = new URL(url).pathname.slice(1);
  atTestEnd(() => psql(urlOf(socket, 'postgres'), `drop database ${name} with (force)`));
  return url;
}

/**
 * The URL of a database that tests copy (`testDatabase(from)`): made by the first call and kept until the run ends.
 * @param fill writes what every copy has, and leaves no connection open
 */
export function templateDatabase(fill: (url: string) => Promise<void>): () => Promise<string> {
  const made = new Map<string, Promise<string>>();
  const make = async (): Promise<string> => {
    const url = await createDatabase(await sharedServer());
    await fill(url);
    return url;
  };
  return () => {
    const one = made.get(programs) ?? make();
    made.set(programs, one);
    return one;
  };
}

async function sharedServer(): Promise<string> {
  const asked = connect(inject('postgresOnDemand'));
  asked.write(JSON.stringify({ bin: programs }));
  const { socket, error } = JSON.parse(await text(asked));
  if (error) throw new Error(error);
  return socket;
}
