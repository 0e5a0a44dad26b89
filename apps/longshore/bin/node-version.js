/**
 * Whether this Node.js can run Longshore. Read by every Node.js, however old, before anything else is: no syntax
 * and no API here is newer than Node.js 12.
 */

const NEEDED = [20, 19];

/** What to tell the user, or undefined when the version is new enough. `version`: such as `v18.20.8` */
export function nodeFault(version, path) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return undefined;
  const have = `this is ${version} (${path})`;
  return `Node.js ${NEEDED.join('.')} or newer is needed, and ${have}. See https://nodejs.org/en/download.`;
}
