/** Which endpoints the home page lists: its filter, order and page, as they stand in the address. */
import { LongshoreError } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import { byUrgency } from '@longshore/operator/format';
import { ENDPOINT_STATES, type EndpointStateName } from '@longshore/queue/pulse';
import { type Params, param } from '../params.js';

/** Rows of one page: 1,000 endpoints would be a page of 2 MB. */
const PAGE_ROWS = 50;

/** Orders beside that of urgency. */
const SORTS = ['name', 'rate', 'backlog', 'oldest', 'dead'] as const;
/** How rows are sorted. */
export type Sort = 'urgency' | (typeof SORTS)[number];

/** Of the address. */
export interface HomeQuery {
  /** Part of a name or url. */
  text?: string;
  state?: EndpointStateName;
  sort: Sort;
  /** From 1. */
  page: number;
}

/** What is listed. */
export interface Selection {
  query: HomeQuery;
  /** Of the page. */
  shown: readonly EndpointOverview[];
  /** Rows that fit text and state. */
  found: number;
  /** Rows that fit the text, by state, the most urgent first. */
  states: ReadonlyMap<EndpointStateName, number>;
  pages: number;
}

/** @throws LongshoreError REQUEST_INVALID for a state or an order that does not exist */
export function homeQuery(params: Params): HomeQuery {
  const page = Number(param(params, 'page') ?? 1);
  return {
    text: param(params, 'q'),
    state: oneOf(ENDPOINT_STATES, param(params, 'state'), 'state'),
    sort: oneOf(['urgency', ...SORTS] as const, param(params, 'sort'), 'order') ?? 'urgency',
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** The rows of a page; the last page when there are fewer. */
export function select(rows: readonly EndpointOverview[], query: HomeQuery): Selection {
  const text = query.text?.toLowerCase();
  const named = rows.filter(
    ({ name, url = '' }) => !text || name.toLowerCase().includes(text) || url.toLowerCase().includes(text),
  );
  const states = new Map<EndpointStateName, number>();
  for (const { state } of byUrgency(named)) states.set(state.name, (states.get(state.name) ?? 0) + 1);
  const found = query.state ? named.filter(({ state }) => state.name === query.state) : named;
  const pages = Math.max(1, Math.ceil(found.length / PAGE_ROWS));
  const page = Math.min(query.page, pages);
  const shown = sorted(found, query.sort).slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS);
  return { query: { ...query, page }, shown, found: found.length, states, pages };
}

function sorted(rows: readonly EndpointOverview[], sort: Sort): EndpointOverview[] {
  if (sort === 'urgency') return byUrgency(rows);
  if (sort === 'name') return rows.toSorted((a, b) => a.name.localeCompare(b.name));
  return rows.toSorted((a, b) => weight(b, sort) - weight(a, sort));
}

/** The largest first. */
function weight({ rate, pulse }: EndpointOverview, sort: Exclude<Sort, 'urgency' | 'name'>): number {
  const { waiting, delayed, active, dead, oldestAt } = pulse;
  if (sort === 'rate') return rate;
  if (sort === 'dead') return dead;
  return sort === 'backlog' ? waiting + delayed + active : oldestAt === undefined ? -Infinity : -oldestAt;
}

function oneOf<T extends string>(
  known: readonly T[],
  asked: string | undefined,
  what: string,
): T | undefined {
  if (asked === undefined) return undefined;
  const found = known.find((each) => each === asked);
  if (found === undefined) {
    throw new LongshoreError('REQUEST_INVALID', `no ${what} ${asked}; available: ${known.join(', ')}`);
  }
  return found;
}
