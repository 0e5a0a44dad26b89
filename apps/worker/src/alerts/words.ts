/** A message to a receiver of alerts, in plain JSON or in Slack's form. */
import type { AlertConfig } from '@longshore/config';
import type { Finding } from './finding.js';

/** What a receiver is told: the condition began or lasts, or it is over. */
export interface Message {
  state: 'firing' | 'resolved';
  /** Of the condition; epoch milliseconds. */
  since: number;
  finding: Pick<Finding, 'alert' | 'endpoint' | 'summary' | 'next' | 'runbook' | 'details'>;
}

/** Where a reader of a message finds the runbooks: in the repository, or beside the installed program. */
const RUNBOOKS = 'docs/runbooks';

/** The body, to be posted as `application/json`. @param now epoch milliseconds */
export function bodyFor(
  format: AlertConfig['format'],
  message: Message,
  now: number,
): Record<string, unknown> {
  const { state, since, finding } = message;
  const { alert, endpoint, summary, next, details } = finding;
  const runbook = `${RUNBOOKS}/${finding.runbook}`;
  if (format === 'slack') return { text: slackText({ ...finding, runbook }, state) };
  return {
    ...{ alert, endpoint, state, summary },
    since: new Date(since).toISOString(),
    at: new Date(now).toISOString(),
    ...(state === 'firing' && { next }),
    ...{ runbook, details },
  };
}

function slackText({ summary, next, runbook }: Message['finding'], state: Message['state']): string {
  if (state === 'resolved') return `:white_check_mark: *Longshore, resolved:* ${escaped(summary)}`;
  return [
    `:rotating_light: *Longshore:* ${escaped(summary)}`,
    `*Next:* ${escaped(next)}`,
    `*Runbook:* ${escaped(runbook)}`,
  ].join('\n');
}

/** Slack's own three; with them a name cannot become a mention or a link. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
