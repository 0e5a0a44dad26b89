/** PostgreSQL of the archive. */
import { LongshoreError } from '@longshore/event';
import { type Finding, fail, parted, pass, skip } from '../finding.js';
import type { DoctorParts } from '../parts.js';

/** See the header. */
export async function checkArchive({ archive }: DoctorParts): Promise<Finding[]> {
  if (!archive) return [skip('archive', '`archive` is not configured')];
  if ('missing' in archive) return [fail('archive', archive.missing, archive.fix)];
  try {
    await archive.check();
    return [pass('archive', 'PostgreSQL answers, with the schema of this version')];
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    const { message, fix = 'look at its log' } = parted(error.message);
    return [fail('archive', message, fix)];
  }
}
