#!/usr/bin/env node
// An old Node.js has to be able to read this file, so what needs a newer one is imported after the check.
import { nodeFault } from './node-version.js';

const fault = nodeFault(process.version, process.execPath);
if (fault === undefined) {
  import('../dist/main.js').then(run);
} else {
  process.stderr.write(`longshore: ${fault}\n`);
  process.exitCode = 1;
}

async function run({ main }) {
  const streams = [process.stdout, process.stderr];
  // A reader that has seen enough (`| head`) is no fault, and does not end what is being done.
  for (const stream of streams) stream.on('error', () => {});
  const code = await main(process.argv.slice(2));
  // A pipe takes 64 KiB at once; process.exit would throw away what its reader has not made room for yet.
  await Promise.all(streams.map((stream) => new Promise((resolve) => stream.write('', resolve))));
  process.exit(code);
}
