#!/usr/bin/env node
import { main } from '../dist/main.js';

const streams = [process.stdout, process.stderr];
// Whoever reads has seen enough (`| head`): no fault, and no end of what is being done.
for (const stream of streams) stream.on('error', () => {});
const code = await main(process.argv.slice(2));
// A pipe takes 64 KiB at once; process.exit would throw away what its reader has not made room for yet.
await Promise.all(streams.map((stream) => new Promise((resolve) => stream.write('', resolve))));
process.exit(code);
