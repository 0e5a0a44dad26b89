/** Asks before something is destroyed; where nobody can be asked, it has to be said beforehand. */
import { createInterface } from 'node:readline/promises';
import { LongshoreError } from '@longshore/event';

/** Where somebody may sit. */
export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
}

/** @throws LongshoreError REQUEST_INVALID without a terminal and without `yes` */
export async function confirmed(
  question: string,
  yes: boolean | undefined,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (yes) return true;
  if (!input.isTTY || !output.isTTY) {
    throw new LongshoreError('REQUEST_INVALID', `${question} Nobody can be asked here: add --yes`);
  }
  const terminal = createInterface({ input, output });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
