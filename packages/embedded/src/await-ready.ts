/** When a server that was started counts as started, and what its end before that means. */
import { setTimeout as delay } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import type { ServerKind } from './kind.js';
import type { ProcessExit, WatchedProcess } from './watched-process.js';

const POLL_INTERVAL_MS = 20;
/** Longest time without progress of a server that neither answers nor ends. */
const START_TIMEOUT_MS = 600_000;
/** A shorter time of loading is not worth a line. */
const REPORT_AFTER_MS = 1_000;
const LINES = 12;

/** What an output means, and the next step. The first row that matches holds. */
export type Advice = readonly (readonly [pattern: RegExp, next: string])[];

/** What is known of a server that starts. */
export interface Starting {
  kind: ServerKind;
  /** Path of the program. */
  program: string;
  advice: Advice;
  onWait?: (reason: string) => void;
}

/** Resolves when it serves. Throws the error of a failed start when it ends, or is silent for ten minutes. */
export async function awaitReady(server: WatchedProcess, socket: string, starting: Starting): Promise<void> {
  const { kind, program, onWait } = starting;
  let exit: ProcessExit | undefined;
  void server.exited.then((ended) => {
    exit = ended;
  });
  let reported = false;
  let loadsSince: number | undefined;
  let until = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const state = await kind.probe(socket);
    if (exit) throw endedEarly(starting, exit);
    if (state === 'ready') return;
    if (state === 'loading') {
      until = Date.now() + START_TIMEOUT_MS;
      loadsSince ??= Date.now();
      if (!reported && Date.now() - loadsSince > REPORT_AFTER_MS) {
        reported = true;
        onWait?.(kind.loading);
      }
    }
    if (Date.now() > until) throw startFailed(starting, `${program} does not answer`, server.output());
    await delay(POLL_INTERVAL_MS);
  }
}

/** The error for a program that ended when it should run, or failed. */
export function endedEarly(starting: Omit<Starting, 'onWait'>, exit: ProcessExit): LongshoreError {
  const how = exit.signal ?? exit.code ?? 'not started';
  return startFailed(starting, `${starting.program} ended (${how})`, exit.output);
}

function startFailed(
  { kind, advice }: Omit<Starting, 'onWait'>,
  what: string,
  output: string,
): LongshoreError {
  const row = advice.find(([pattern]) => pattern.test(output));
  const lines = output.split('\n').slice(-LINES).join('\n');
  const next = row ? `${row[1]} ` : '';
  return new LongshoreError(kind.startFailed, `${what}. ${next}Its last output:\n${lines || '(none)'}`);
}
