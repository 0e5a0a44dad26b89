/** The request that an http endpoint would get for a delivery. Nothing is connected to and nothing is sent. */
import type { Delivery } from '@longshore/event';
import { maskFor } from './answer-text.js';
import { fixedAuthorization } from './authorization/fixed.js';
import { planHeaders } from './headers.js';
import type { HttpMethod, HttpSinkOptions } from './options.js';
import { chooseOutgoing, keyOf } from './outgoing.js';
import { targetOf } from './target.js';

/** A request as it would be sent, without its secrets. */
export interface PreviewedRequest {
  method: HttpMethod;
  /** In the order in which they are sent. Values that may be secret are `***`. */
  headers: [name: string, value: string][];
  /** As text; secrets in it are `***`. */
  body: string;
  /** Size of the body. */
  bytes: number;
}

/** What a preview is made of. */
export interface PreviewOptions extends Omit<HttpSinkOptions, 'authorization'> {
  /** Credentials that are fetched before each request: they are not known here. */
  hasToken: boolean;
}

const HIDDEN = '***';

/** Of the first attempt. A `problem` is what every attempt would fail with. @param now epoch milliseconds */
export function previewRequest(
  options: PreviewOptions,
  delivery: Delivery,
  now: number,
): PreviewedRequest | { problem: string } {
  const target = targetOf(options.url);
  if ('problem' in target) return target;
  const fixed = fixedAuthorization(options.auth ?? {});
  const plan = planHeaders(options.headers, {
    host: target.authority,
    userAgent: options.userAgent,
    authorization: options.hasToken ? undefined : (fixed?.value ?? target.authorization),
  });
  if (plan.problem !== undefined) return { problem: plan.problem };
  const { outgoing, impossible } = chooseOutgoing([delivery], options);
  if (!outgoing)
    return { problem: impossible.get(delivery)?.detail ?? 'no request can be made of this event' };
  const key = keyOf([delivery]);
  const signature = options.sign?.(outgoing.body, { id: key, at: now });
  // Signatures, and configured headers with an expression: the rest of their text may be a secret.
  const hidden = new Set(Object.keys({ ...signature, ...(options.template && outgoing.headers) }));
  const configured = new Set(plan.secrets);
  const secrets = [
    ...plan.secrets,
    ...(fixed?.secrets ?? []),
    ...(options.template?.secrets ?? []),
    ...target.secrets,
  ];
  // A body of JSON has them with escapes.
  const mask = maskFor([...secrets, ...secrets.map((secret) => JSON.stringify(secret).slice(1, -1))]);
  const authorization = options.hasToken ? HIDDEN : undefined;
  const lines = plan.lines({ ...outgoing, key, attempt: 1, signature, authorization });
  const headers: [string, string][] = [];
  for (let n = 0; n < lines.length; n += 2) {
    const [name = '', value = ''] = lines.slice(n, n + 2);
    const isHidden = configured.has(value) || hidden.has(name) || name.toLowerCase() === 'authorization';
    headers.push([name, isHidden ? HIDDEN : mask(value)]);
  }
  const { body } = outgoing;
  return {
    method: options.method ?? 'POST',
    headers,
    body: mask(body.toString()),
    bytes: body.length,
  };
}
