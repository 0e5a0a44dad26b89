/** `longshore doctor`: what is wrong around a relay, each with what corrects it. */
import { formatProblem, readConfig } from '@longshore/config';
import { type Check, type DoctorParts, examine, GROUPS, type Group, type Status } from '@longshore/doctor';
import { LongshoreError, plural, printable } from '@longshore/event';
import type { Shell } from '../shell.js';
import { doctorParts } from './doctor-parts.js';
import { sendTests } from './doctor-send.js';
import { usageError } from './usage.js';

/** Options of the command. */
export interface DoctorCommandOptions extends Pick<DoctorParts, 'from' | 'registry' | 'debug' | 'timeout'> {
  /** Path of the configuration. */
  config: string;
  only?: string[];
  json?: boolean;
  /** Sends a test event to each endpoint. */
  send?: boolean;
}

/** @returns the exit code @throws LongshoreError CONFIG_INVALID, REQUEST_INVALID */
export async function doctor(options: DoctorCommandOptions, shell: Shell): Promise<number> {
  const { config: file, only, json, send, ...wanted } = options;
  const groups = only?.map(asGroup);
  const { config, problems } = readConfig(file, shell.env, 'check');
  if (!config) {
    const errors = problems.filter(({ level }) => level === 'error');
    throw new LongshoreError('CONFIG_INVALID', errors.map((each) => formatProblem(file, each)).join('\n'));
  }
  const { parts, close } = await doctorParts({ ...wanted, file, config, problems, env: shell.env });
  try {
    const onGroup = (checks: readonly Check[]): void => {
      if (!json) for (const line of linesOf(checks)) shell.print(line);
    };
    const checks = await examine(parts, { onGroup, ...(groups && { only: groups }) });
    if (send) {
      const sent = await sendTests(config, file, shell);
      checks.push(...sent);
      onGroup(sent);
    }
    const ok = checks.every(({ status }) => status !== 'fail');
    shell.print(json ? JSON.stringify({ ok, checks }) : summary(checks));
    return ok ? 0 : 1;
  } finally {
    await close();
  }
}

function asGroup(name: string): Group {
  const group = GROUPS.find((known) => known === name);
  if (!group) throw usageError(`--only: there is no group ${name}; there are ${GROUPS.join(', ')}`);
  return group;
}

const MARKS: Record<Status, string> = { pass: '✓', warn: '!', fail: '✗', skip: '-' };

function linesOf(checks: readonly Check[]): string[] {
  const [first] = checks;
  if (!first) return [];
  const rows = checks.flatMap(({ status, name, endpoint, message, fix }) => {
    const about = endpoint === undefined ? name : `${printable(endpoint)}, ${name}`;
    const row = `  ${MARKS[status]} ${about}: ${message}`;
    return fix === undefined ? [row] : [row, `      → ${fix}`];
  });
  return [first.group, ...rows];
}

function summary(checks: readonly Check[]): string {
  const count = (status: Status): number => checks.filter((check) => check.status === status).length;
  const [failed, warned] = [count('fail'), count('warn')];
  const verdict = failed > 0 ? `${plural(failed, 'check')} failed` : 'Nothing fails';
  return `${verdict}, ${plural(warned, 'warning')}, ${count('pass')} passed, ${count('skip')} skipped.`;
}
