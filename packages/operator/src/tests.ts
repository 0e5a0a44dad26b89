/** The method of {@link AdminService} that sends a test to one endpoint. */
import { deliveryOf, LongshoreError, type SampleImage, testEvent } from '@longshore/event';
import type { Acts } from './access/acts.js';
import type { createEndpoints, EndpointOverview } from './endpoints.js';
import type { AdminService, AdminServiceDeps } from './port.js';

/** What the method works with. */
export interface TestDeps {
  endpoints: Pick<ReturnType<typeof createEndpoints>, 'one' | 'existing'>;
  sendTest: AdminServiceDeps['sendTest'];
  acts: Acts;
  /** Epoch milliseconds. */
  now(): number;
}

/** The tag says what it is to people at the receiver. */
const SAMPLE: SampleImage = { action: 'push', repository: 'acme/app', tag: 'longshore-test' };

/** See the header. */
export function testMethods({ endpoints, sendTest, acts, now }: TestDeps): Pick<AdminService, 'test'> {
  return {
    async test(name, image = {}) {
      const endpoint = await endpoints.existing(name);
      assertSends(await endpoints.one(endpoint));
      const taken = testEvent({ ...SAMPLE, ...image }, now());
      await sendTest(taken, endpoint);
      await acts.done({ action: 'test', endpoint });
      return deliveryOf(taken, endpoint).id;
    },
  };
}

/** A test that waits says nothing about the receiver. @throws LongshoreError ENDPOINT_WAITS, REQUEST_INVALID */
function assertSends({ name, kind, configured, disabled, state }: EndpointOverview): void {
  const waits = !configured || disabled || state.name === 'paused' || state.name === 'held';
  if (waits) throw new LongshoreError('ENDPOINT_WAITS', `no test was sent to ${name}: it is ${state.words}`);
  if (kind === 'preheat' || kind === 'copy' || kind === 'archive' || kind === 'alert') {
    const why = `endpoint ${name} is of kind ${kind}; a test is for endpoints that events are sent to`;
    throw new LongshoreError('REQUEST_INVALID', why);
  }
}
