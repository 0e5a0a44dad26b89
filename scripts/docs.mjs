/**
 * `npm run docs`: builds the documentation as a static site, and prints its folder.
 *
 * The site's own packages (VitePress) are installed into site/node_modules, once for each version of its lock file. They
 * are no part of the workspace, so `npm start` and `npm test` do not install them. Arguments after `--` go to VitePress:
 * `npm run docs -- --base /longshore/`. `npm run docs -- --serve` also serves the site on this machine.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFault } from '../apps/longshore/bin/node-version.js';
import { capture, SetupError, show } from './run-command.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SITE = join(ROOT, 'site');
const BIN = join(SITE, 'node_modules', 'vitepress', 'bin', 'vitepress.js');

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof SetupError ? `longshore: ${error.message}` : error);
  process.exitCode = 1;
}

async function main(args) {
  const fault = nodeFault(process.version, process.execPath);
  if (fault !== undefined) throw new SetupError(fault);
  await install();
  const serve = args.includes('--serve');
  const others = args.filter((arg) => arg !== '--serve');
  process.exitCode = await show(process.execPath, [BIN, 'build', SITE, ...others], { cwd: SITE });
  if (process.exitCode !== 0) return;
  console.log(`longshore: the site is in ${relative(process.cwd(), join(SITE, 'dist'))}`);
  if (serve)
    process.exitCode = await show(process.execPath, [BIN, 'preview', SITE, ...others], { cwd: SITE });
}

/** Nothing of it runs at its installation. */
async function install() {
  const lock = await readFile(join(SITE, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const note = join(SITE, 'node_modules', '.longshore-lock');
  if (existsSync(BIN) && (await readFile(note, 'utf8').catch(() => '')) === wanted) return;
  console.log('longshore: installing VitePress into site/node_modules');
  await capture('npm', ['ci', '--ignore-scripts', '--no-audit'], { cwd: SITE });
  await writeFile(note, wanted);
}
