/** Why the spool cannot take a request, in words that follow "the spool", and what an operator does about it. */

/** Did the system say that the disk, or the quota of this user, is full? Files can still be moved and deleted. */
export const isDiskFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(codeOf(error));

/** What an operator does about an error of the file system; undefined when the error has it, or when it depends. */
export function nextStepFor(error: unknown): string | undefined {
  const code = codeOf(error);
  if (isDiskFull(error)) return 'free space on its disk';
  if (code === 'EACCES' || code === 'EPERM') return 'make this user its owner';
  if (code === 'EROFS') return 'mount a writable volume, or set ingest.spool.dir';
  return undefined;
}

/** An error of the file system, which need not name a path, with the folder and the next step. */
export function reasonOf(error: unknown, dir: string): string {
  const step = nextStepFor(error);
  return `${messageOf(error)} (folder ${dir}${step === undefined ? '' : `; ${step}`})`;
}

/** @param bytes of the request that does not fit */
export function fullFor(source: string, held: number, bytes: number, maxbytes: number): string {
  const limit = 'ingest.spool.maxbytes';
  if (held + bytes > maxbytes) return `is full (${held} of ${limit}, ${maxbytes} bytes)`;
  return `is full for source ${source}, and what is left of ${limit} (${maxbytes} bytes) is reserved for other sources`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
