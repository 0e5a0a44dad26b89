/** Who made an event: the registry, or Longshore, where a comparison with the registry found that it was missing. Pure. */

/** Of an event that was made by a comparison: it happened between these times. ISO 8601. */
export interface Synthesized {
  by: 'reconcile';
  /** Absent: not known. */
  since?: string;
  until?: string;
  /** The first comparison found it: it was delivered to the archive alone. */
  firstSeen?: true;
}

/** @param body the event as it is delivered; undefined where the archive does not keep it */
export function synthesizedIn(body: unknown): Synthesized | undefined {
  const { origin, since, until, firstSeen } = membersOf(membersOf(body).longshore);
  if (origin !== 'reconcile') return undefined;
  return {
    by: 'reconcile',
    ...(typeof since === 'string' && { since }),
    ...(typeof until === 'string' && { until }),
    ...(firstSeen === true && { firstSeen }),
  };
}

const membersOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
