/** Before each npm script: says that this Node.js is too old, in syntax that such a one can read. */
import { nodeFault } from '../apps/longshore/bin/node-version.js';

const fault = nodeFault(process.version, process.execPath);
if (fault !== undefined) {
  process.stderr.write(`longshore: ${fault}\n`);
  process.exit(1);
}
