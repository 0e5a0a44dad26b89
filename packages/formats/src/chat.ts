/** Messages for people: what a chat says of an event or an alert, before a chat's own markup. */
import { type Delivery, type Facts, factsOf } from '@longshore/event';
import { type AlertMessage, alertIn } from './alert.js';
import type { Format, RenderOptions } from './format.js';
import { preset } from './preset.js';
import { clipped } from './text.js';

/** Text from outside is in it as it came, but for its length and line breaks: each chat escapes it by its own rules. */
export interface ChatMessage {
  state: 'event' | 'firing' | 'resolved';
  /** A word or two in front of `text`. */
  heading: string;
  text: string;
  fields: readonly (readonly [label: string, text: string])[];
  /** Page of the event on the dashboard, where that has an address. */
  link?: string;
  /** What messages about the same thing have in common: the repository, or the name of the alert. */
  thread: string;
}

/** What a chat says of itself. */
export interface Chat extends Pick<Format, 'name' | 'summary' | 'answers' | 'options' | 'requires'> {
  /** The body, with everything escaped. */
  body(message: ChatMessage, options: RenderOptions): unknown;
}

/** A format for a chat: pushes of tags unless the endpoint says otherwise, and alerts. */
export function chat({ body, ...rest }: Chat): Format {
  return {
    ...preset({
      needs: { actions: ['push'], fields: ['repository', 'tag'] },
      widens: true,
      ...rest,
      body: () => ({}),
    }),
    offeredTo: ['endpoints', 'alerts'],
    render([delivery], options) {
      const message = delivery && messageOf(delivery, options);
      return message && Buffer.from(JSON.stringify(body(message, options)));
    },
  };
}

function messageOf(delivery: Delivery, { host, dashboard }: RenderOptions): ChatMessage | undefined {
  const alert = alertIn(delivery);
  const facts = alert ? undefined : factsOf(delivery, host);
  const message = alert ? alertMessage(alert) : facts?.action ? eventMessage(facts, dashboard) : undefined;
  return (
    message && {
      ...message,
      heading: line(message.heading, LONGEST_HEADING),
      text: line(message.text, LONGEST_TEXT),
      fields: message.fields.map(([label, text]) => [label, line(text, LONGEST_FIELD)] as const),
    }
  );
}

/** Characters. Together, with each of them escaped, they are less than what Discord takes, which is least of all. */
const LONGEST_HEADING = 100;
const LONGEST_TEXT = 600;
const LONGEST_FIELD = 400;

const line = (text: string, longest: number) => clipped(text.replaceAll(/[\r\n]+/g, ' '), longest);

const HEADINGS: Readonly<Record<string, string>> = {
  push: 'Pushed',
  pull: 'Pulled',
  delete: 'Deleted',
  mount: 'Mounted',
};

function eventMessage(
  { id, action, ref, repository, actor, digest, source }: Facts,
  dashboard?: string,
): ChatMessage {
  const fields: [string, string | undefined][] = [
    ['By', actor],
    ['Digest', ref?.endsWith(`@${digest}`) ? undefined : digest],
    ['Source', ref ? undefined : source],
  ];
  return {
    state: 'event',
    heading: HEADINGS[action] ?? action,
    text: ref ?? id,
    fields: fields.filter((field): field is [string, string] => field[1] !== undefined),
    ...(dashboard !== undefined && { link: `${dashboard}/search?q=${encodeURIComponent(id)}` }),
    thread: repository ?? action,
  };
}

function alertMessage({ alert, state, summary, next = '', runbook }: AlertMessage): ChatMessage {
  const over = state === 'resolved';
  return {
    state,
    heading: over ? 'Longshore, resolved' : 'Longshore',
    text: summary,
    fields: over
      ? []
      : [
          ['Next', next],
          ['Runbook', runbook],
        ],
    thread: alert,
  };
}

/** Signs of each state, as characters. */
export const SIGNS = { event: '📦', firing: '🚨', resolved: '✅' } as const;
