/**
 * One PostgreSQL for a whole vitest run, started by the first test that asks for a database, and a database for each
 * test. Most runs of single files need none, and a start costs a second or two of CPU.
 *
 * vitest calls the default export once, before and after all tests (`globalSetup` in vitest.config.ts). The workers
 * ask its process for the server over a unix socket, so that the server outlives each worker.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { atTestEnd, removeFolder, temporaryFolder } from './cleanup.js';
import { startPostgres, type TestPostgres } from './postgres.js';
import { createDatabase, psql, urlOf } from './postgres-tools.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The unix socket that answers with the folder of the shared PostgreSQL, as JSON. */
    postgresOnDemand: string;
  }
}

/** vitest's `globalSetup`: listens for the first test that wants a database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await temporaryFolder('on-demand');
  let shared: Promise<TestPostgres> | undefined;
  const server = createServer(async (socket) => {
    shared ??= startPostgres();
    const answer = await shared.then(
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
    await shared?.then((postgres) => postgres.remove()).catch(() => {});
    await removeFolder(folder);
  };
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
  let made: Promise<string> | undefined;
  const make = async (): Promise<string> => {
    const url = await createDatabase(await sharedServer());
    await fill(url);
    return url;
  };
  return () => (made ??= make());
}

async function sharedServer(): Promise<string> {
  const { socket, error } = JSON.parse(await text(connect(inject('postgresOnDemand'))));
  if (error) throw new Error(error);
  return socket;
}
