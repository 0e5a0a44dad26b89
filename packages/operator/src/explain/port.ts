/** What is explained, and what an explanation says. */
import type { HttpEndpoint } from '@longshore/config';
import type { Delivery, TakenEvent } from '@longshore/event';
import type { Rule } from '@longshore/routing';

/** A request as it would be sent; secrets in it are `***`. */
export interface ExplainedRequest {
  method: string;
  headers: [name: string, value: string][];
  body: string;
  /** Size of the body. */
  bytes: number;
}

/** Renders the request of one event, by the worker's own code. A `problem` is what every attempt would fail with. */
export type Preview = (endpoint: HttpEndpoint, delivery: Delivery) => ExplainedRequest | { problem: string };

/** A filter or template that is tried before it is written into the file; both need `endpoint`. */
export interface Trial {
  /** Only this endpoint. */
  endpoint?: string | undefined;
  /** In the place of the endpoint's `where`. */
  where?: string | undefined;
  /** YAML, as it would stand behind `body:`; the format is then `template`. */
  template?: string | undefined;
}

/**
 * Where an event was read. `history`: the trail remembers what it was about, and not its body, so `actor`, `size` and
 * `registry` may be missing.
 */
export type ExplainedFrom = 'sample' | 'file' | 'archive' | 'queue' | 'history';

/** An event, and where it was read. */
export interface FoundEvent {
  taken: TakenEvent;
  from: ExplainedFrom;
  /** What became of it when it came; absent where that is not known. */
  receipt?: { planned: string[]; ignored: { endpoint: string; rule: string }[] };
}

/** What an endpoint does with an event. */
export interface ExplainedEndpoint {
  endpoint: string;
  kind: string;
  /** `error`: it is taken, and no request can be made of it. */
  verdict: 'delivered' | 'ignored' | 'disabled' | 'error';
  /** By which it is ignored. */
  rule?: Rule;
  /** The rules that the endpoint has and that let the event through, in the order in which they are asked. */
  passed: Rule[];
  /** The filter fails on this event, which is delivered then. */
  filterError?: string;
  /** Why no request can be made of it. */
  problem?: string;
  /** Absent: it gets none, or its kind makes no request of its own. */
  request?: ExplainedRequest;
  /** Without secrets. */
  url?: string;
  /** Id of its delivery. */
  delivery?: string;
  /** How it waits in the queue, one line each. */
  queue: string[];
  /** Milliseconds after the first attempt at which it is tried again, while attempts fail at once; the first ten. */
  retries: number[];
  /** Failed attempts after which it is dead-lettered. */
  threshold: number;
}

/** An event, and what each endpoint does with it. */
export interface ExplainedEvent {
  id: string;
  source: string;
  kind: string;
  class: string;
  action: string;
  repository?: string;
  tag?: string;
  digest?: string;
  /** ISO 8601. */
  receivedAt: string;
  from: ExplainedFrom;
  endpoints: ExplainedEndpoint[];
}

/** Events that were explained. */
export interface Explanation {
  events: ExplainedEvent[];
  /** Events that were left out because the time for all of them was over. */
  untried: number;
}

/** What is explained: events that are at hand, the event or delivery of an id, the newest events, or a sample. */
export interface ExplainQuery extends Trial {
  events?: readonly FoundEvent[];
  id?: string | undefined;
  /** How many of the newest. */
  last?: number | undefined;
  /** Milliseconds for all of them. */
  budget?: number;
}
