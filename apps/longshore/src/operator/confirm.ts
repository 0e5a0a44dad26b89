/** Asks before a destructive action. Without a terminal, an option has to confirm it. */
import { createInterface } from 'node:readline/promises';
import { LongshoreError } from '@longshore/event';

/** Where the question is asked. */
export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
}

/**
 * Whether the answer is yes.
 * @param instead the option that confirms without the question
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
    throw new LongshoreError('REQUEST_INVALID', `${question} No terminal to confirm on: add ${instead}`);
  }
  const terminal = createInterface({ input, output });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
