/** The methods of {@link AdminService} that explain. */
import type { Config } from '@longshore/config';
import { LongshoreError, testEvent } from '@longshore/event';
import type { AdminService } from '../port.js';
import { type EventDeps, eventOfId, latestEvents } from './events.js';
import { explainEvents } from './explain.js';
import type { ExplainQuery, FoundEvent, Preview } from './port.js';

/** What the methods work with. */
export interface ExplainDeps extends EventDeps {
  config(): Config;
  preview: (() => Promise<Preview>) | undefined;
  /** Epoch milliseconds. */
  now(): number;
}

/** A push of an image, as the registry itself sends it. @param source its name @param now epoch milliseconds */
export function sampleFound(source: string, now: number): FoundEvent {
  const taken = testEvent({ action: 'push', repository: 'acme/app', tag: '1.4.2' }, now);
  return { taken: { ...taken, source, kind: 'distribution' }, from: 'sample' };
}

/** See the header. */
export function explainMethods(deps: ExplainDeps): Pick<AdminService, 'explain' | 'latest'> {
  const { config, preview, now } = deps;
  return {
    async explain({ events, id, last, budget, ...trial }) {
      if (!preview) throw new LongshoreError('REQUEST_INVALID', 'this process cannot render requests');
      const found = await foundFor({ events, id, last }, deps, now());
      const limits = budget === undefined ? {} : { budget };
      return explainEvents(found, { config: config(), preview: await preview(), trial, ...limits });
    },
    latest: (limit, receipts) => latestEvents(deps, limit, receipts),
  };
}

async function foundFor(
  { events, id, last }: Pick<ExplainQuery, 'events' | 'id' | 'last'>,
  deps: ExplainDeps,
  now: number,
): Promise<readonly FoundEvent[]> {
  if (events) return events;
  if (id !== undefined) return [await eventOfId(deps, id)];
  if (last !== undefined) return latestEvents(deps, last);
  return [sampleFound(deps.config().sources[0]?.name ?? 'distribution', now)];
}
