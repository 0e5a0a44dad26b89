/** Asks before much is changed at once; without a terminal to ask on, an option has to say it beforehand. */
import { createInterface } from 'node:readline/promises';
import { LongshoreError } from '@longshore/event';

/** Where somebody may sit. */
export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
}

/**
 * @param instead the option that answers the question beforehand
 * @throws LongshoreError REQUEST_INVALID without a terminal and without `yes`
 */
export async function confirmed(
  question: string,
  yes: boolean | undefined,
  instead = '--yes',
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (yes) return true;
  if (!input.isTTY || !output.isTTY) {
    throw new LongshoreError(
      'REQUEST_INVALID',
      `${question} There is no terminal to confirm this on: add ${instead}`,
    );
  }
  const terminal = createInterface({ input, output });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
