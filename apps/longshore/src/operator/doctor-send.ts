/** `longshore doctor --send`: a test event to each endpoint that events are sent to, and what its receiver answered. */
import type { Config } from '@longshore/config';
import type { Check } from '@longshore/doctor';
import { LongshoreError } from '@longshore/event';
import type { AdminService } from '@longshore/operator';
import type { Shell } from '../shell.js';
import { testAnswer } from './send-test.js';
import { withAdmin } from './with-admin.js';

/** Says in the registry's own words where it comes from. */
const IMAGE = { action: 'push', repository: 'longshore/doctor', tag: 'doctor' };

/** Never rejects. */
export async function sendTests(config: Config, file: string, shell: Shell): Promise<Check[]> {
  const names = config.notifications.endpoints.flatMap(({ kind, name, disabled }) =>
    kind !== 'preheat' && kind !== 'copy' && !disabled ? [name] : [],
  );
  try {
    return await withAdmin(file, 'longshore doctor', shell, (admin) =>
      Promise.all(names.map((name) => sendOne(admin, name))),
    );
  } catch (error) {
    return [{ group: 'endpoints', name: 'test', status: 'skip', message: wordsOf(error) }];
  }
}

async function sendOne(admin: AdminService, endpoint: string): Promise<Check> {
  const check = { group: 'endpoints', name: 'test', endpoint } as const;
  try {
    const { attempt } = await testAnswer(admin, endpoint, IMAGE);
    if (!attempt) {
      const fix = `start a worker, or see longshore status --endpoint '${endpoint}'`;
      return { ...check, status: 'fail', message: 'no attempt was made in time', fix };
    }
    const { outcome, status, reason, ms, detail, answer } = attempt;
    const said = `${status ?? reason} after ${Math.round(ms)} ms`;
    if (outcome === 'delivered') {
      return { ...check, status: 'pass', message: answer ? `${said}: ${answer.slice(0, 200)}` : said };
    }
    const [message = said, ...rest] = (detail ?? said).split('; ');
    return { ...check, status: 'fail', message, fix: rest.join('; ') || 'see the log of the receiver' };
  } catch (error) {
    return { ...check, status: 'skip', message: wordsOf(error) };
  }
}

const wordsOf = (error: unknown): string =>
  error instanceof LongshoreError || error instanceof Error ? error.message : String(error);
