/** `longshore pause` and `longshore resume`. */
import { localTime, plural, printable } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import { endpointAnswer } from '@longshore/operator/answers';
import type { Shell } from '../shell.js';
import { withAdmin } from './with-admin.js';

/** Options of both commands. */
export interface PauseOptions {
  /** Path of the configuration. */
  config: string;
  reason?: string;
  json?: boolean;
}

/** Pauses an endpoint and prints the result. */
export async function pauseEndpoint(
  name: string,
  { config, reason, json }: PauseOptions,
  shell: Shell,
): Promise<void> {
  await withAdmin(config, 'longshore pause', shell, async (admin) => {
    const overview = await admin.pause(name, reason);
    const { pause = {} } = overview;
    const since = pause.since === undefined ? '' : ` since ${localTime(pause.since)}`;
    const why = pause.reason ? ` (${printable(pause.reason)})` : '';
    const text = `${name} is paused${since}${why}; ${backlog(overview)}, new events are queued`;
    report(overview, text, json, shell);
  });
}

/** Resumes an endpoint and prints what else still blocks it. */
export async function resumeEndpoint(
  name: string,
  { config, json }: PauseOptions,
  shell: Shell,
): Promise<void> {
  await withAdmin(config, 'longshore resume', shell, async (admin) => {
    const overview = await admin.resume(name);
    const { pausedByConfig, disabled, configured, blocked } = overview;
    const text = blocked ? `${name} is no longer paused by an operator` : `${name} is resumed`;
    report(overview, `${text}; ${backlog(overview)}`, json, shell);
    if (pausedByConfig) {
      shell.warn(`longshore: ${name} is still paused in the configuration; remove \`paused: true\` there`);
    }
    if (disabled)
      shell.warn(`longshore: ${name} is disabled in the configuration; nothing is delivered to it`);
    if (!configured) {
      shell.warn(`longshore: ${name} is not in the configuration; nothing is delivered to it`);
    }
  });
}

const backlog = ({ pulse }: EndpointOverview): string =>
  `${plural(pulse.waiting + pulse.delayed, 'delivery', 'deliveries')} queued`;

function report(overview: EndpointOverview, text: string, json: boolean | undefined, shell: Shell): void {
  shell.print(json ? JSON.stringify(endpointAnswer(overview)) : text);
}
