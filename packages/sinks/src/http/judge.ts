/**
 * The one place that says what an answer means. Unless the format says otherwise, 2xx is delivered, 410 is dead at once, and all else is retried:
 * the owner of a receiver repairs its 4xx more often than it is final, and the queue has a budget for it.
 *
 * The registry's own notifier counts 300, 304 and every redirect without `Location` as success, and follows
 * the others by a GET without the event. Each of these loses the event, so here they are failures.
 */
import { STATUS_CODES } from 'node:http';
import { excerpt, notBeforeOf, type Outcome, type Reason } from '@longshore/event';
import type { Answers } from '@longshore/formats';
import { maskedPath } from '@longshore/settings/http-url';
import { placeOf, type Target } from './target.js';

/** Of an answer what the verdict depends on; headers as they came. */
export interface AnswerHead {
  status: number;
  retryAfter?: string;
  location?: string;
}

/** What an answer is judged by, beside its head. */
export interface Circumstances {
  /** Epoch milliseconds. */
  now: number;
  /** The answer's text, masked: its first line stands in the detail of a failure. */
  text?: string | undefined;
  /** In the request: of several the answer does not say which of them it is about. Default: 1. */
  events?: number;
  /** What answers mean to the format. */
  answers?: Answers | undefined;
  /** The first {@link BODY_BYTES} bytes of the answer, where `answers` looks at them. */
  body?: string | undefined;
}

/** See the header. */
export function judge(answer: AnswerHead, target: Target, circumstances: Circumstances): Outcome {
  const { now, text, events = 1, answers = {} } = circumstances;
  const { status } = answer;
  const reason: Reason = `http_${status}`;
  if (answers.statuses?.includes(status) ?? (status >= 200 && status < 300)) {
    return bodyFault(answer, target, circumstances) ?? { kind: 'delivered', status, reason };
  }

  const answered = `${target.place} answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
  const said = events > 1 ? `${answered} to a batch of ${events} events` : answered;
  const line = firstLine(text);
  if (status === 410) {
    const detail = `${said}: the receiver wants no more events; disable or remove the endpoint`;
    return { kind: 'dead', status, reason, detail };
  }
  // Of several events one may be the fault of all.
  if (events === 1 && answers.final?.includes(status)) {
    const detail = `${said}: ${nextStep(answer, target, line, events)}; the same request gets the same answer, so it is not retried`;
    return { kind: 'dead', status, reason, detail };
  }
  if (status === 429 || status === 503) {
    const notBefore = notBeforeOf(answer.retryAfter, now);
    const until = notBefore === undefined ? '' : `, retry not before ${new Date(notBefore).toISOString()}`;
    return { kind: 'retry', status, reason, notBefore, detail: `${said}${until}: ${line ?? SEE_LOG}` };
  }
  return { kind: 'retry', status, reason, detail: `${said}: ${nextStep(answer, target, line, events)}` };
}

/** A receiver that answers 2xx to what it did not take says so in the body. */
function bodyFault(
  { status }: AnswerHead,
  target: Target,
  { text, answers, body = '' }: Circumstances,
): Outcome | undefined {
  if (answers?.body === undefined || body.trim() === answers.body) return undefined;
  const said = `${target.place} answered ${status}, but not ${JSON.stringify(answers.body)}`;
  const detail = `${said}: ${firstLine(text) ?? 'the body is empty'}; correct the endpoint’s url, or its success.body`;
  return { kind: 'retry', status, reason: 'answer', detail };
}

const SEE_LOG = 'no further details; check the receiver’s log';

const ADVICE: Record<number, (target: Target) => string> = {
  400: () => 'the receiver rejected the event; check its response and its log',
  401: () => 'check the credentials in the endpoint’s headers or url',
  403: () => 'check the credentials in the endpoint’s headers or url, and their permissions',
  404: (target) => `no path ${shownPath(target)} at the receiver; check the endpoint’s url`,
  405: (target) => `method not allowed on ${shownPath(target)}; check the endpoint’s url and method`,
  407: () => 'a proxy in front of it requires credentials',
  413: () => 'the event is too large for the receiver; raise its limit or omit references',
  415: () => 'the receiver does not support this media type; set Content-Type in the endpoint’s headers',
};

const REJECTED = 'the receiver rejected one of the events, or all of them; smaller batches find out which';

/** Where the advice for one event does not fit. */
const BATCH_ADVICE: Record<number, string> = {
  400: REJECTED,
  413: 'the batch is too large for the receiver, and is halved; lower batch.bytes or batch.events, or raise its limit',
  422: REJECTED,
};

function nextStep(answer: AnswerHead, target: Target, line: string | undefined, events: number): string {
  const { status } = answer;
  if (status >= 300 && status < 400) return redirected(answer.location, target);
  if (status >= 500) return line ?? SEE_LOG;
  const ofBatch = events > 1 ? BATCH_ADVICE[status] : undefined;
  const advice = ofBatch ?? ADVICE[status]?.(target) ?? 'check its log';
  return line === undefined ? advice : `${advice}; response: ${line}`;
}

/** Characters of the response in a detail. */
const LINE_LENGTH = 200;

/** Of an HTML page the title: its first line is a tag. */
function firstLine(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  if (!trimmed.startsWith('<')) return shown(trimmed.split('\n', 1)[0] ?? '');
  const [, rest = ''] = trimmed.split(/<title>/i, 2);
  const end = rest.indexOf('<');
  return end < 0 ? undefined : shown(rest.slice(0, end));
}

const shown = (line: string): string | undefined => excerpt(line, LINE_LENGTH) || undefined;

/** Without the query, and with what looks like a token masked: both are where receivers put secrets. */
const shownPath = ({ path }: Target): string => excerpt(maskedPath(path.split('?', 1)[0] ?? ''), 100);

function redirected(location: string | undefined, target: Target): string {
  if (location === undefined)
    return 'redirects are not followed, and only 2xx is success; correct the endpoint’s url';
  return `it redirects to ${whereTo(location, target)}; redirects are not followed: correct the endpoint’s url`;
}

/** Host and path of a `Location`. Userinfo and query are left out: they are where login pages put tokens. */
function whereTo(location: string, target: Target): string {
  const base = target.origin + target.path;
  if (!URL.canParse(location, base)) return 'a place that is not a URL';
  const url = new URL(location, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `a ${url.protocol} URL`;
  const path = url.pathname.length > 100 ? `${url.pathname.slice(0, 100)}…` : url.pathname;
  return `${url.protocol}//${placeOf(url)}${path}`;
}
