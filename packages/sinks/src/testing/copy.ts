/** A copy sink between two registries in memory. */
import type { Delivery, EventView, PreheatRun } from '@longshore/event';
import { type OciPart, type OciStore, type OciStoreOptions, oci } from '@longshore/testkit';
import { openCopySink } from '../copy/index.js';
import type { CopySinkOptions } from '../copy/options.js';
import { createLocalMemory } from '../preheat/local-memory.js';
import type { PreheatMemory } from '../preheat/memory.js';
import { aDelivery, type SingleSink, single } from './builders.js';

/** An event that is old enough for its tag to be written by now. */
export function anEventOf(view: Partial<EventView>, some: Partial<Delivery> = {}): Delivery {
  return aDelivery({
    id: crypto.randomUUID(),
    receivedAt: Date.now() - 300_000,
    view: { action: 'push', repository: 'team/api', ...view },
    ...some,
  });
}

/** The push of an image. */
export const aPushOf = ({ digest }: OciPart, tag?: string): Delivery => anEventOf({ digest, tag });

/** Options of a sink from one url to another. */
export function copyOptionsAt(
  source: string,
  target: string,
  {
    target: at,
    ...some
  }: Partial<Omit<CopySinkOptions, 'target'>> & {
    target?: Partial<CopySinkOptions['target']>;
  } = {},
): CopySinkOptions {
  return {
    name: 'follow',
    userAgent: 'longshore/0.0.0-test',
    registry: { url: source, timeout: 10_000, hosts: [], concurrency: 4 },
    target: { url: target, timeout: 10_000, prefix: '', concurrency: 2, ...at },
    policy: {
      platforms: [],
      whole: true,
      attestations: true,
      foreignLayers: false,
      artifacts: 'all',
      referrers: 'all',
      limits: { depth: 4, manifests: 500, blobs: 5_000 },
    },
    deletes: false,
    delay: 0,
    appearsWithin: 0,
    memory: createLocalMemory(() => {}),
    ...some,
  };
}

interface Copying {
  source: OciStore;
  target: OciStore;
  runs: PreheatRun[];
  /** A sink of the same memory, as another process has it. */
  open(): SingleSink;
}

/** Two registries and what copies from one to the other. */
export async function copying(
  some: Parameters<typeof copyOptionsAt>[2] & { from?: OciStoreOptions; to?: OciStoreOptions } = {},
): Promise<Copying> {
  const { from, to, ...options } = some;
  const [source, target] = [await oci.store(from), await oci.store(to)];
  const runs: PreheatRun[] = [];
  const memory: PreheatMemory = createLocalMemory((run) => void runs.push(run));
  const open = () => single(openCopySink(copyOptionsAt(source.url, target.url, { memory, ...options })));
  return { source, target, runs, open };
}
