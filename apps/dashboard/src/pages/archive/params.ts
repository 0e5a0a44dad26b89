/** Filters of the archive's pages, as they are written in the address. The reader checks their values. */
import type { EventFilter, PageRequest, Window } from '@longshore/archive/read';
import { LongshoreError } from '@longshore/event';
import { parseTime } from '@longshore/operator/schemas';
import { type Params, param } from '../params.js';
import type { Query } from './links.js';

/** So far a page looks back unless asked: every partition is a part of a query without a bound. */
export const DEFAULT_SINCE = '30d';

/** Longer than any name of a registry. */
const MAX_VALUE_LENGTH = 500;
const PAGE_SIZE = 50;

const EVENT_FIELDS = [
  'text',
  'repository',
  'tag',
  'digest',
  'actor',
  'addr',
  'client',
  'action',
  'target',
  'source',
] as const;

/** What events may be about; an image is a manifest or an index. */
export const TARGETS = ['image', 'manifest', 'index', 'blob', 'tag', 'repository', 'unknown'] as const;

/** A filter of events, as written. */
export type EventQuery = Query & { [Field in (typeof EVENT_FIELDS)[number] | 'since' | 'until']?: string };

/** The named parameters that are there. */
export function queryOf(params: Params, names: readonly string[]): Query {
  const values = names.map((name) => [name, param(params, name)?.slice(0, MAX_VALUE_LENGTH)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** Names of a filter of events in the address. */
export const EVENT_QUERY: readonly string[] = [...EVENT_FIELDS, 'since', 'until'];

/** Names of a filter of repositories or tags in the address. */
export const LIST_QUERY: readonly string[] = ['text', 'repository', 'source', 'after'];

/** The last 30 days unless the query says otherwise. @throws LongshoreError REQUEST_INVALID */
export function windowOf({ since, until }: Query, now: number): Window & { since: number } {
  return {
    since: parseTime('since', since ?? DEFAULT_SINCE, now),
    ...(until !== undefined && { until: parseTime('until', until, now) }),
  };
}

/** @throws LongshoreError REQUEST_INVALID */
export function eventFilterOf(query: EventQuery, now: number): EventFilter {
  const { since: _since, until: _until, target: asked, ...fields } = query;
  const target = TARGETS.find((known) => known === asked);
  if (asked !== undefined && target === undefined) {
    throw new LongshoreError('REQUEST_INVALID', `target: no ${asked}; available: ${TARGETS.join(', ')}`);
  }
  return { ...fields, ...(target && { target }), ...windowOf(query, now) };
}

/** A page of 50. */
export function pageOf(params: Params): PageRequest {
  const after = param(params, 'after');
  return { limit: PAGE_SIZE, ...(after !== undefined && { after }) };
}
