/** Whether an endpoint of a kind can work at all, before it is tried. */
import { createRequire } from 'node:module';
import { type BrokerKind, FACTS } from './kinds.js';
import { brokerTarget } from './target.js';

/** Why the url cannot be used, in words that follow its name; undefined when it can. */
export function brokerUrlFault(kind: BrokerKind, url: string): string | undefined {
  const target = brokerTarget(url, FACTS[kind].schemes);
  return 'fault' in target ? target.fault : undefined;
}

const require = createRequire(import.meta.url);

/** What is not installed, and how to install it; undefined when nothing is missing. */
export function missingPackage(kind: BrokerKind): string | undefined {
  const { packages } = FACTS[kind];
  const missing = packages.filter((name) => !isInstalled(name.slice(0, name.lastIndexOf('@'))));
  return missing.length > 0 ? installing(kind) : undefined;
}

/** The command, in a sentence. */
export function installing(kind: BrokerKind): string {
  const { packages } = FACTS[kind];
  return `kind ${kind} needs ${packages.join(' and ')}, which is not installed; run \`npx pnpm add --workspace-root ${packages.join(' ')}\` in Longshore’s folder`;
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch (error) {
    // A package without an entry for `require` is there.
    return !(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND');
  }
}
