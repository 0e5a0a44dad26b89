/**
 * How fast: each figure as a ratio to something in the same run, or as CPU time, since the machine has other work.
 * One driver (`driver.mjs`), one sink (`sink.mjs`), which knows each event by its id: a run ends when every delivery
 * has arrived, so a figure with a loss does not exist.
 *
 * `node speed.mjs [SCENARIO…] [--events N] [--rounds N] [--seconds N] …`, from the bench folder after a build.
 * Without a scenario: those that take minutes. Linux only.
 */
import { parseArgs } from 'node:util';
import { FULL, SCENARIOS, SHORT } from './speed/scenarios.mjs';

const options = Object.fromEntries(Object.keys(FULL).map((name) => [name, { type: 'string' }]));
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const given = Object.entries(values).map(([name, value]) => [name, Number(value)]);
for (const name of positionals.length > 0 ? positionals : SHORT) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}`);
  console.log(name);
  console.table(await scenario({ ...FULL, ...Object.fromEntries(given) }));
}
