/** What is delivered, without the address of the client. */
import { type Payload, payloadValue } from '@longshore/event';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A receiver written in Go reads a member in any case, so each is removed. A number that JavaScript's numbers cannot
 * hold is rounded: keeping the text would keep the address.
 */
export function redacted(payload: Payload): Payload {
  const value = payloadValue(payload);
  const names = Object.keys(value).filter(
    (name) => name.toLowerCase() === 'request' && hasAddress(value[name]),
  );
  if (names.length === 0) return payload;
  const event = { ...value };
  for (const name of names) event[name] = withoutAddress(event[name]);
  return { event };
}

const isAddress = (name: string): boolean => name.toLowerCase() === 'addr';

const hasAddress = (request: unknown): boolean => isObject(request) && Object.keys(request).some(isAddress);

const withoutAddress = (request: unknown): unknown =>
  isObject(request)
    ? Object.fromEntries(Object.entries(request).filter(([name]) => !isAddress(name)))
    : request;
