/**
 * Has the cache kept what it answered with? CNCF Distribution answers 200 although its own download broke off, and
 * 2.8.2 without keeping a blob that it fetches for another repository at that moment. So what it fetched to answer is
 * checked again by HEAD, which makes it try again and transfers no body, until it serves the blob as its own.
 *
 * Caches that do not report it (see `stored` of the registry client) are believed, and so is one that sent every byte and
 * has never shown that it reports it: proxies hide `Accept-Ranges`, and others write the version's header as well.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Drained, type Registry, RegistryError } from '@longshore/registry-client';
import { failed } from '../failure.js';
import { numberOf, readHandle } from '../handle.js';
import type { Aborted, Pending, Settled, WarmItem } from '../target.js';
import type { WantedBlob } from './wanted.js';

/**
 * Milliseconds before the first look, within the call: 2.8.2 keeps a blob a moment after it has answered, and what is
 * done should not wait for the largest blob to be seen.
 */
const FIRST_RECHECK_MS = 100;
/** Before each further one. */
const RECHECKS_MS = [1_000, 2_000, 5_000, 10_000];

/** What is remembered between two looks. */
interface Look {
  /** Looks so far. */
  looks: number;
  /** Epoch milliseconds of the next one. */
  at: number;
  /** Moved by the first answer. */
  bytes: number;
}

/** What the first answer means. @throws RegistryError */
export async function afterFirst(
  registry: Registry,
  item: WarmItem,
  { bytes, verified, stored }: Drained,
  wanted: WantedBlob,
): Promise<Settled | Pending | Aborted> {
  const { shown, method, signal } = wanted;
  const isBelieved = method === 'get' && shown.marks === false;
  if (stored === undefined || (!stored && isBelieved)) return { state: 'warmed', bytes, verified };
  if (stored) shown.marks = true;
  // the cache had it before it was asked; a HEAD of that moves nothing
  if (stored) return { state: 'already', ...(method === 'get' && { bytes }), verified: true };
  await pause(FIRST_RECHECK_MS, undefined, { signal }).catch(() => {});
  if (signal.aborted) return { state: 'aborted' };
  return lookAgain(registry, item, { looks: 0, at: 0, bytes }, wanted);
}

/** Undefined when there is no handle, or none that can be read. */
export function readLook(handle: string | undefined): Look | undefined {
  const fields = readHandle(handle);
  const [looks, at, bytes] = [fields?.looks, fields?.at, fields?.bytes].map(numberOf);
  return looks === undefined || at === undefined || bytes === undefined ? undefined : { looks, at, bytes };
}

/** @throws RegistryError */
export async function lookAgain(
  registry: Registry,
  item: WarmItem,
  look: Look,
  { repository, method, shown, signal }: WantedBlob,
): Promise<Settled | Pending> {
  if (look.at > Date.now()) return pending(look);
  const stored = await storedNow(registry, item, { repository, signal });
  if (stored) shown.marks = true;
  if (stored !== false) return { state: 'warmed', bytes: look.bytes, verified: stored === true };
  const wait = RECHECKS_MS[look.looks];
  if (wait !== undefined) return pending({ ...look, looks: look.looks + 1, at: Date.now() + wait });
  // a proxy in front of it may hide what it says
  if (await registry.holds(repository, item.digest, signal)) {
    return { state: 'warmed', bytes: look.bytes, verified: true };
  }
  if (method === 'get' && !shown.marks) {
    shown.marks = false;
    return { state: 'warmed', bytes: look.bytes, verified: false };
  }
  return failed(
    'incomplete',
    `${registry.host} answers with it and does not keep it; see its log, its disk space and its way to the registry`,
  );
}

/** Harbor's proxy cache does not know by HEAD what it has not stored; others do not know HEAD. */
async function storedNow(
  registry: Registry,
  item: WarmItem,
  { repository, signal }: Pick<WantedBlob, 'repository' | 'signal'>,
): Promise<boolean | undefined> {
  try {
    return (await registry.drain(repository, item, { method: 'HEAD', signal })).stored;
  } catch (error) {
    if (error instanceof RegistryError && error.refused && error.status !== 401) return false;
    throw error;
  }
}

function pending(look: Look): Pending {
  return {
    state: 'pending',
    pollAt: look.at,
    handle: JSON.stringify(look),
    detail: 'the cache has not confirmed yet that it stored the part',
  };
}
