/** `longshore pause` and `longshore resume`. */
import { type EndpointOverview, endpointAnswer } from '@longshore/dashboard/operate';
import { printable } from '@longshore/event';
import type { Shell } from '../shell.js';
import { withOperate } from './with-operate.js';

export interface PauseOptions {
  config: string;
  reason?: string;
  json?: boolean;
}

export async function pauseEndpoint(
  name: string,
  { config, reason, json }: PauseOptions,
  shell: Shell,
): Promise<void> {
  await withOperate(config, 'longshore pause', shell, async (operate) => {
    const overview = await operate.pause(name, reason);
    const { pause = {}, pulse } = overview;
    const since = pause.since === undefined ? '' : ` since ${new Date(pause.since).toISOString()}`;
    const why = pause.reason ? ` (${printable(pause.reason)})` : '';
    const left = pulse.waiting + pulse.delayed;
    tell(overview, `${name} is paused${since}${why}; ${left} wait, and what comes in is kept`, json, shell);
  });
}

export async function resumeEndpoint(
  name: string,
  { config, json }: PauseOptions,
  shell: Shell,
): Promise<void> {
  await withOperate(config, 'longshore resume', shell, async (operate) => {
    const overview = await operate.resume(name);
    const { pulse, pausedByConfig, disabled, configured } = overview;
    const goesOn = configured && !disabled && !pausedByConfig;
    const words = goesOn ? `${name} is resumed` : `${name} is not paused by an operator any more`;
    tell(overview, `${words}; ${pulse.waiting + pulse.delayed} wait`, json, shell);
    if (pausedByConfig) {
      shell.warn(`longshore: the configuration still pauses ${name}: remove \`paused: true\` there`);
    }
    if (disabled) shell.warn(`longshore: ${name} is disabled in the configuration: it gets nothing`);
    if (!configured) {
      shell.warn(`longshore: ${name} is not in the configuration: nothing is delivered to it`);
    }
  });
}

function tell(overview: EndpointOverview, words: string, json: boolean | undefined, shell: Shell): void {
  shell.print(json ? JSON.stringify(endpointAnswer(overview)) : words);
}
