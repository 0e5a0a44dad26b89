/**
 * The one place that says what an answer means. 2xx is delivered, 410 is dead at once, all else is retried:
 * a receiver's 4xx is mended by its owner more often than it is final, and the queue has a budget for it.
 *
 * The registry's own notifier counts 300, 304 and every redirect without `Location` as success, and follows
 * the others by a GET without the event. Each of these loses the event, so here they are failures.
 */
import { STATUS_CODES } from 'node:http';
import { notBeforeOf, type Outcome, type Reason } from '@longshore/event';
import { placeOf, type Target } from './target.js';

/** Of an answer what the verdict depends on; headers as they came. */
export interface AnswerHead {
  status: number;
  retryAfter?: string;
  location?: string;
}

/** `now`: epoch milliseconds. */
export function judge(answer: AnswerHead, target: Target, now: number): Outcome {
  const { status } = answer;
  const reason: Reason = `http_${status}`;
  if (status >= 200 && status < 300) return { kind: 'delivered', status, reason };

  const said = `${target.place} answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
  if (status === 410) {
    return {
      kind: 'dead',
      status,
      reason,
      detail: `${said}: it wants no more events; disable or remove the endpoint`,
    };
  }
  if (status === 429 || status === 503) {
    const notBefore = notBeforeOf(answer.retryAfter, now);
    const until =
      notBefore === undefined ? '' : `, and not to ask again before ${new Date(notBefore).toISOString()}`;
    return {
      kind: 'retry',
      status,
      reason,
      notBefore,
      detail: `${said}${until}: it has too much to do for now`,
    };
  }
  return { kind: 'retry', status, reason, detail: `${said}: ${nextStep(answer, target)}` };
}

const ADVICE: Record<number, string> = {
  400: 'it does not take the event as it is; see its answer and its log',
  401: 'check the credentials in the endpoint’s headers or url',
  403: 'check the credentials in the endpoint’s headers or url, and what they are allowed to do',
  404: 'check the path of the endpoint’s url',
  405: 'it takes no POST there; check the path of the endpoint’s url',
  407: 'a proxy in front of it wants credentials',
  413: 'the event is larger than it takes; raise its limit or leave out references',
  415: 'it does not take this media type; set Content-Type in the endpoint’s headers',
};

function nextStep(answer: AnswerHead, target: Target): string {
  const { status } = answer;
  if (status >= 300 && status < 400) return redirected(answer.location, target);
  return ADVICE[status] ?? (status >= 500 ? 'see the receiver’s log' : 'see its answer and its log');
}

function redirected(location: string | undefined, target: Target): string {
  if (location === undefined)
    return 'redirects are not followed, and only 2xx is success; correct the endpoint’s url';
  return `it redirects to ${whereTo(location, target)}; redirects are not followed: correct the endpoint’s url`;
}

/** Host and path of a `Location`. Userinfo and query are left out: they are where login pages put tokens. */
function whereTo(location: string, target: Target): string {
  if (!URL.canParse(location, target.url.href)) return 'a place that is not a URL';
  const url = new URL(location, target.url.href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `a ${url.protocol} URL`;
  const path = url.pathname.length > 100 ? `${url.pathname.slice(0, 100)}…` : url.pathname;
  return `${url.protocol}//${placeOf(url)}${path}`;
}
