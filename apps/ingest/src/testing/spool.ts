/** A spool on a folder of the test's own, with what it told and what it fed. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Fed, SetAside } from '../spool/feeder.js';
import type { Claim } from '../spool/folder.js';
import type { SpooledRequest } from '../spool/request.js';
import { createSpool, type Spool } from '../spool/spool.js';
import { memoryClaim } from './claim.js';

export interface TestSpool extends Spool {
  dir: string;
  /** Bodies that were fed in, in order. */
  fed: string[];
  asides: SetAside[];
  /** Names of what else was told, in order. */
  told: string[];
  /** Is Redis there? */
  ready: boolean;
  /** What becomes of a body; taken unless said otherwise. */
  verdict(body: string): Fed;
  limits: { maxbytes: number; fsync: boolean; sources?: readonly string[] };
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
  const told: string[] = [];
  const tell = (name: string) => () => void told.push(name);
  const limits = { maxbytes: 2 ** 30, fsync: true };
  const own = {
    dir: folder,
    fed: [],
    asides: [],
    told,
    ready: false,
    verdict: () => 'taken' as const,
    limits,
    claim: memoryClaim(),
  };
  const spool = createSpool({
    dir: folder,
    limits: () => test.limits,
    claim: (path, onWait) => test.claim(path, onWait),
    isReady: () => test.ready,
    async feed({ raw }) {
      const body = raw.body.toString();
      const verdict = test.verdict(body);
      if (verdict === 'taken') test.fed.push(body);
      return verdict;
    },
    log: {
      state: () => {},
      found: tell('found'),
      left: () => {},
      empty: () => {},
      torn: tell('torn'),
      taken: () => {},
      aside: (what) => void test.asides.push(what),
      gone: tell('gone'),
      lost: tell('lost'),
      trouble: tell('trouble'),
    },
  });
  const test: TestSpool = Object.assign(spool, own, given);
  onTestFinished(spool.close);
  await spool.open();
  return test;
}

export const aRequest = (body: string, source = 'one'): SpooledRequest => ({
  source,
  kind: 'nexus',
  raw: { method: 'POST', path: '/', headers: {}, body: Buffer.from(body), receivedAt: 1 },
});

/** What is on the disk at this moment, as a crash leaves it. */
export async function asAfterCrash({ dir }: { dir: string }): Promise<string> {
  const copy = join(await temporaryFolder(), 'spool');
  await cp(dir, copy, { recursive: true });
  return copy;
}

/** Paths of the files of a spool, locks not included. */
export async function filesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
