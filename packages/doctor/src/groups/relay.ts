/** The process of the relay on this machine: whether it runs, is ready, and has this version. */

import { type Finding, fail, parted, pass, skip, warn } from '../finding.js';
import type { DoctorParts } from '../parts.js';
import { isRecord } from '../record.js';
import { urlOf } from './listener.js';
import { request, wordsOf } from './request.js';

/** See the header. */
export async function checkRelay(parts: DoctorParts): Promise<Finding[]> {
  const { config, file, version } = parts;
  const url = urlOf(config.admin.listen);
  if (!url) return [skip('running', 'admin.listen has port 0, so it is not known where the relay listens')];
  try {
    const health = parsed((await request(`${url}/healthz`, {}, parts)).body);
    const ready = parsed((await request(`${url}/readyz`, {}, parts)).body);
    if (typeof health.version !== 'string') {
      const fix = 'stop that program, or set `admin.listen` to another port';
      return [fail('running', `something else than Longshore answers at ${url}`, fix)];
    }
    return [
      pass('running', `version ${health.version} answers at ${url}`),
      ...checkVersion(health.version, version),
      ...listOf(ready.missing).map((line) => finding(line, 'fail')),
      ...listOf(ready.notes).map((line) => finding(line, 'warn')),
    ];
  } catch (error) {
    const fix = `longshore run --config ${file}; if it runs elsewhere, run longshore doctor there`;
    return [fail('running', `no relay answers at ${url} (${wordsOf(error)})`, fix)];
  }
}

function checkVersion(running: string, own: string): Finding[] {
  if (running === own) return [];
  return [
    warn(
      'version',
      `the relay has version ${running}, and this command ${own}`,
      'restart the relay with this version',
    ),
  ];
}

function finding(line: string, status: 'warn' | 'fail'): Finding {
  const { message, fix = 'see its log' } = parted(line);
  return { status, name: 'readiness', message, fix };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
