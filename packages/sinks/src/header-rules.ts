/**
 * What a configured header may be: `@longshore/sinks/header-rules`. The sinks send by these rules, and the
 * configuration warns by them, before anything is sent.
 */

/** Framing and routing of the message itself: the HTTP client writes these, so configured ones are not sent. */
export const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'connection',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'expect',
]);

/** A token of RFC 9110. */
export const isHeaderName = (name: string): boolean => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get into a header line
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** False for a line break or another control character; a tab is allowed. */
export const isHeaderValue = (value: string): boolean => !CONTROL.test(value);
