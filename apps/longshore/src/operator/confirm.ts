/** Asks before something is destroyed; where nobody can be asked, it has to be said beforehand. */
import { createInterface } from 'node:readline/promises';
import { LongshoreError } from '@longshore/event';

/** @throws LongshoreError REQUEST_INVALID without a terminal and without `yes` */
export async function confirmed(question: string, yes: boolean | undefined): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new LongshoreError('REQUEST_INVALID', `${question} Nobody can be asked here: add --yes`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
