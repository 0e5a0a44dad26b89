/** A run as it is stored and reported. */
import { type Delivery, type Outcome, type PreheatPart, type PreheatRun, tallyOf } from '@longshore/event';
import type { RateLimit } from '@longshore/registry-client';
import { bytesWanted } from './dry-run.js';
import type { ImageRef } from './image.js';
import { resultOf } from './verdict.js';

interface Ended {
  endpoint: string;
  delivery: Delivery;
  /** Absent when the event names none. */
  image?: ImageRef;
  run: { id: string; startedAt: number };
  outcome: Outcome;
  parts: PreheatPart[];
  dryrun: boolean;
  rateLimit?: RateLimit;
  copies?: boolean;
}

/** The run of an outcome that is final. */
export function runOf({
  endpoint,
  delivery,
  image,
  run,
  outcome,
  parts,
  dryrun,
  rateLimit,
  copies,
}: Ended): PreheatRun {
  const { repository = '', tag, digest } = image ?? delivery.view;
  const { limit, remaining } = rateLimit ?? {};
  const failed = parts.filter(({ result }) => result === 'failed');
  return {
    ...(copies && { kind: 'copy' as const }),
    id: run.id,
    endpoint,
    deliveryId: delivery.id,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    result: resultOf(outcome, dryrun),
    ...(outcome.reason !== 'warm' &&
      outcome.reason !== 'copied' && { detail: outcome.detail ?? outcome.reason }),
    receivedAt: delivery.receivedAt,
    startedAt: run.startedAt,
    finishedAt: Date.now(),
    ...(remaining !== undefined && { rateLimit: { ...(limit !== undefined && { limit }), remaining } }),
    tally: dryrun ? { ...tallyOf(parts), bytes: bytesWanted(parts) } : tallyOf(parts),
    parts: [...failed, ...parts.filter(({ result }) => result !== 'failed')],
  };
}
