/** A spool on a folder of the test's own, with what it reported and what it drained. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { claimFolder } from '@longshore/testkit';
import { onTestFinished } from 'vitest';
import type { SpoolState } from '../backlog.js';
import type { Drained } from '../drain.js';
import type { Claim } from '../folders.js';
import type { Aside } from '../log.js';
import type { SpooledRequest } from '../request.js';
import { createSpool, type SpoolParts } from '../spool.js';

export interface TestSpool {
  readonly state: Readonly<SpoolState>;
  open(): Promise<void>;
  put(request: SpooledRequest): Promise<void>;
  close(): Promise<void>;
  dir: string;
  /** Bodies that were taken, in order. */
  taken: string[];
  asides: Aside[];
  /** Names of what else was reported, in order. */
  reported: string[];
  /** Is Redis there? */
  ready: boolean;
  /** Is the order of requests kept? */
  ordered: boolean;
  /** What becomes of a body; taken unless set. */
  verdict(body: string): Drained | Promise<Drained>;
  limits: ReturnType<SpoolParts['limits']>;
  claim: Claim;
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Opens a spool. @param dir default: an empty one */
export async function openSpool(dir?: string, given: Partial<TestSpool> = {}): Promise<TestSpool> {
  const folder = dir ?? join(await temporaryFolder(), 'spool');
  const reported: string[] = [];
  const report = (name: string) => () => void reported.push(name);
  const spool = createSpool({
    dir: folder,
    limits: () => test.limits,
    claim: (path) => test.claim(path),
    isReady: () => test.ready,
    isOrdered: () => test.ordered,
    async drain({ body }) {
      const text = body.toString();
      const drained = await test.verdict(text);
      if (drained === 'taken') test.taken.push(text);
      return drained;
    },
    log: {
      state: () => {},
      found: report('found'),
      left: () => {},
      empty: () => {},
      taken: () => {},
      aside: (what) => void test.asides.push(what),
      gone: report('gone'),
      lost: report('lost'),
      converted: report('converted'),
      truncated: report('truncated'),
      unconverted: report('unconverted'),
      trouble: report('trouble'),
    },
  });
  const test: TestSpool = {
    get state() {
      return spool.state;
    },
    open: () => spool.open(),
    put: (request) => spool.put(request),
    close: () => spool.close(),
    dir: folder,
    taken: [],
    asides: [],
    reported,
    ready: false,
    ordered: false,
    verdict: () => 'taken',
    limits: { maxbytes: 2 ** 30, fsync: true },
    claim: claimFolder,
    ...given,
  };
  onTestFinished(test.close);
  await test.open();
  return test;
}

export const aRequest = (body: string, source = 'one'): SpooledRequest => ({
  ...{ source, kind: 'nexus', method: 'POST', path: '/', headers: {}, receivedAt: 1 },
  body: Buffer.from(body),
});

/** What is on the disk at this moment, as a process that is killed leaves it. */
export async function asAfterKill({ dir }: { dir: string }): Promise<string> {
  const copy = join(await temporaryFolder(), 'spool');
  await cp(dir, copy, { recursive: true });
  for (const file of await filesOf(copy)) {
    if (!basename(file).startsWith('lock.')) continue;
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), pid: 2 ** 30 }));
  }
  return copy;
}

/** Paths of all files of a spool. */
export async function filesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Paths of its requests, wherever they are; locks and temporary files not included. */
export async function requestsIn(dir: string): Promise<string[]> {
  return (await filesOf(dir)).filter((file) => /^\d/.test(basename(file)));
}
