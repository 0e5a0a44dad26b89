/** Which endpoints take nothing at present, for the pages of events. */
import { LongshoreError } from '@longshore/event';
import type { AdminService } from '@longshore/operator';

/** Why nothing is delivered to an endpoint, in words that follow its name, by that name; empty while Redis is unavailable, as the rest needs none. */
export async function blockedEndpoints(admin: AdminService): Promise<ReadonlyMap<string, string>> {
  try {
    const endpoints = await admin.endpoints();
    return new Map(
      endpoints.flatMap(({ name, blocked, state, pulse: { lastError } }) => {
        const held =
          state.name === 'held' && `held: ${lastError?.detail ?? lastError?.reason ?? state.words}`;
        const why = blocked ?? held;
        return why ? [[name, why]] : [];
      }),
    );
  } catch (error) {
    if (error instanceof LongshoreError && error.code === 'QUEUE_UNAVAILABLE') return new Map();
    throw error;
  }
}
