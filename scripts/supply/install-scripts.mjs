/** Packages that want to run a script of their own when they are installed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const SCRIPTS = ['preinstall', 'install', 'postinstall'];

/**
 * One line for each package with an install script that `allowBuilds` in pnpm-workspace.yaml does not name. A name with
 * `false` is known and does not run.
 * @param installed of `installedPackages` @param allowBuilds true or false by name
 */
export function installScriptFaults(installed, allowBuilds) {
  return Array.from(installed.values()).flatMap(({ manifest, folder }) => {
    const { name, version, scripts = {} } = manifest;
    // A package with native code and no script of its own is built by node-gyp.
    const runs = SCRIPTS.some((script) => script in scripts) || existsSync(join(folder, 'binding.gyp'));
    return runs && !(name in allowBuilds)
      ? [
          `${name}@${version} has an install script; read it, then list it in allowBuilds of pnpm-workspace.yaml`,
        ]
      : [];
  });
}
