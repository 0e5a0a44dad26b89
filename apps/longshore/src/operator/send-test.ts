/** `longshore send --endpoint`: a test to one endpoint, and what its receiver answered. */
import { setTimeout as pause } from 'node:timers/promises';
import type { HistoryStep, SampleImage } from '@longshore/event';
import type { AdminService } from '@longshore/operator';
import type { Shell } from '../shell.js';
import { withAdmin } from './with-admin.js';

/** What the test is about, and how its result is printed. */
export interface SendTestOptions extends SampleImage {
  config: string;
  json?: boolean;
}

/** Between two looks at the delivery. Milliseconds. */
const LOOK_MS = 100;
/** Beside the endpoint's timeout, until a worker has taken the test and settled it. Milliseconds. */
const EXTRA_TIMEOUT_MS = 10_000;

type Attempted = Extract<HistoryStep, { step: 'attempted' }>;

/** @returns the exit code: 0 when the receiver accepted the test */
export function sendTest(endpoint: string, options: SendTestOptions, shell: Shell): Promise<number> {
  const { action, repository, tag, digest } = options;
  return withAdmin(options.config, 'longshore send', shell, async (admin) => {
    const image = { action, repository, digest, ...(tag !== undefined && { tag }) };
    const { delivery, attempt } = await testAnswer(admin, endpoint, image);
    if (!attempt) {
      const { state } = await admin.endpoint(endpoint);
      shell.warn(
        `longshore: no attempt was made yet; the test waits in the queue of ${endpoint}, which is ${state.words}`,
      );
      return 1;
    }
    const { outcome, status, reason, ms, detail, answer } = attempt;
    if (options.json)
      shell.print(JSON.stringify({ endpoint, delivery, outcome, status, reason, ms, detail, answer }));
    else shell.print(linesOf(endpoint, delivery, attempt).join('\n'));
    return outcome === 'delivered' ? 0 : 1;
  });
}

/** Sends one and waits for its first attempt, which is undefined when there was none in time. @throws what `test` throws */
export async function testAnswer(
  admin: AdminService,
  endpoint: string,
  image: SampleImage,
): Promise<{ delivery: string; attempt: Attempted | undefined }> {
  const delivery = await admin.test(endpoint, image);
  const { settings } = await admin.endpoint(endpoint);
  const attempt = await attemptOf(admin, delivery, (settings?.timeout ?? 0) + EXTRA_TIMEOUT_MS);
  return { delivery, attempt };
}

function linesOf(endpoint: string, delivery: string, attempt: Attempted): string[] {
  const { outcome, status, reason, ms, detail, answer } = attempt;
  const said = `${status ?? reason} after ${Math.round(ms)} ms`;
  if (outcome === 'delivered') return [`${endpoint} accepted the test: ${said}`, ...(answer ? [answer] : [])];
  return [
    `${endpoint} did not accept the test: ${detail ?? said}`,
    `It is in the dead-letter set: longshore dead drop ${delivery}`,
  ];
}

/** Undefined when there was none in that time. */
async function attemptOf(
  admin: AdminService,
  delivery: string,
  timeout: number,
): Promise<Attempted | undefined> {
  for (const end = performance.now() + timeout; performance.now() < end; await pause(LOOK_MS)) {
    const { trails } = await admin.trace({ search: delivery });
    const steps = trails.flatMap((trail) => trail.steps);
    const attempt = steps.find((step): step is Attempted => step.step === 'attempted');
    if (attempt) return attempt;
  }
  return undefined;
}
