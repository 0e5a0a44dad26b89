/** A format that is one JSON value for one event: most are, so each of them is little more than its body. */
import { type Facts, factsOf, type Needs } from '@longshore/event';
import { PRESET_ANSWERS } from './answers.js';
import type { Format, RenderOptions } from './format.js';

/** What a preset says of itself: every part of a format but its body and headers. */
type Rest = Pick<Format, 'name' | 'summary'> &
  Partial<Omit<Format, 'name' | 'summary' | 'render' | 'headers'>>;

/** See {@link preset}. */
export interface Preset extends Rest {
  /** The body, from what is known of the event. */
  body(facts: Facts, options: RenderOptions): unknown;
  /** Further headers. */
  headers?(facts: Facts, options: RenderOptions): Readonly<Record<string, string>>;
}

/** Consumers match the name of an image that was pushed with a tag. */
export const IMAGE_PUSH: Needs = { actions: ['push'], fields: ['repository', 'tag', 'host'] };

/** Receivers that do more than store an event take seconds. Milliseconds. */
const TIMEOUT_MS = 10_000;

/** See the header. Defaults: pushes of a tag in a named registry, `application/json`, 10 s. */
export function preset({ body, headers, ...rest }: Preset): Format {
  return {
    offeredTo: ['endpoints'],
    needs: IMAGE_PUSH,
    timeoutMs: TIMEOUT_MS,
    answers: PRESET_ANSWERS,
    contentType: () => 'application/json',
    ...rest,
    ...(headers && {
      headers: ([delivery], options) => (delivery ? headers(factsOf(delivery, options.host), options) : {}),
    }),
    render([delivery], options) {
      const facts = delivery && factsOf(delivery, options.host);
      // Without an action nothing of the event could be read.
      return facts?.action ? Buffer.from(JSON.stringify(body(facts, options))) : undefined;
    },
  };
}
