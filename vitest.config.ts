/**
 * One run for the whole workspace. Four workers on the two cores that CI has: tests start real
 * processes, and wait for them longer than they compute.
 * All share one Redis (`redisUrl()` of @longshore/testkit), which is started before and stopped after them, and one
 * PostgreSQL (`testDatabase()`), which is started when the first test asks for it.
 */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest. One that was started last would run alone at the end, on one of the two cores. */
const LONGEST = [
  'scripts/recipes',
  'bench/speed',
  'test/pages',
  'test/archive-pages',
  'test/conformance',
  'test/crash',
  'test/spool',
  'test/leader',
  'test/replay',
  'test/archive',
  'test/images',
  'bench/archive',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): number => {
      const rank = LONGEST.findIndex((name) => moduleId.includes(`/${name}.test.`));
      return rank < 0 ? LONGEST.length : rank;
    };
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'scripts/**/*.test.{mjs,ts}',
      'examples/**/*.test.{mjs,ts}',
      'bench/*.test.mjs',
    ],
    globalSetup: ['packages/testkit/src/shared-redis.ts', 'packages/testkit/src/shared-postgres.ts'],
    // What is built runs as users run it, not rewritten by vite: that took half of the CPU of a test with a relay.
    server: { deps: { external: [/\/dist\//] } },
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    maxWorkers: 4,
    // A process and its modules serve many files: half of the suite's CPU was starting one for each file. A test
    // restores what it changes in the process, such as an environment variable.
    isolate: false,
    // Longer than `eventually` waits, which says what it saw last.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    // vitest's own second is too short for a machine that has other things to do
    expect: { poll: { timeout: 90_000, interval: 20 } },
  },
});
