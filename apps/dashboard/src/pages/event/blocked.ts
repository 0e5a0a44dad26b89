/** Which endpoints take nothing at present, for the pages of events. */
import { LongshoreError } from '@longshore/event';
import type { AdminService } from '@longshore/operator';

/** Why nothing is delivered to an endpoint, by its name; empty while Redis is unavailable, as the rest needs none. */
export async function blockedEndpoints(admin: AdminService): Promise<ReadonlyMap<string, string>> {
  try {
    const endpoints = await admin.endpoints();
    return new Map(endpoints.flatMap(({ name, blocked }) => (blocked ? [[name, blocked]] : [])));
  } catch (error) {
    if (error instanceof LongshoreError && error.code === 'QUEUE_UNAVAILABLE') return new Map();
    throw error;
  }
}
