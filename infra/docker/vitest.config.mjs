/** The tests of the image, for `npm run image:test`: they need an image that was built, so `npm test` leaves them out. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['infra/docker/*.test.mjs'], pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 },
});
