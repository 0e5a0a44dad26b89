/** Each scenario of the bench, in small: it ends when every delivery has arrived, so what is tested is that it ends. */
import { afterEach, expect, test } from 'vitest';
import { stopAll } from './processes.mjs';
import { SCENARIOS, SMOKE } from './speed/scenarios.mjs';

// What a scenario that failed has left.
afterEach(stopAll);

test.each(Object.entries(SCENARIOS))(
  '%s measures, and every delivery arrives',
  { timeout: 300_000 },
  async (_, scenario) => {
    const rows = await scenario(SMOKE);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toMatchObject({ figure: expect.stringMatching(/./) });
  },
);
