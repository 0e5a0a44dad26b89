/** Signatures that cannot be made as they are configured. */
import { LongshoreError } from '@longshore/event';
import { createSign } from '@longshore/signing';
import type { HttpEndpoint } from '../endpoint.js';
import { signOptions } from '../sign.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

/** Keys of scheme custom. */
const CUSTOM = ['header', 'algorithm', 'encoding', 'prefix'] as const;

/** @param path of the endpoint */
export function checkSign({ sign }: HttpEndpoint, path: readonly Step[], { problems }: Check): void {
  if (!sign) return;
  const place = [...path, 'sign'];
  for (const key of CUSTOM) {
    if (sign.scheme !== 'custom' && sign[key] !== undefined) {
      problems.error([...place, key], `belongs to scheme custom; the scheme is ${sign.scheme}. Remove it`);
    }
  }
  if (sign.scheme === 'custom' && sign.header === undefined) {
    problems.error(place, 'scheme custom needs header. Write header: X-Signature');
    return;
  }
  try {
    createSign(signOptions(sign));
  } catch (error) {
    // A secret that is not there has its own warning.
    if (error instanceof LongshoreError) return;
    problems.error([...place, 'secret'], error instanceof Error ? error.message : String(error));
  }
}
