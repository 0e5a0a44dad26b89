/** Reads manifests from a registry, each once: what they say is kept. Without an answer images are reported without it. */
import { type Manifest, type Registry, RegistryError } from '@longshore/registry-client';
import { platformText } from '@longshore/registry-client/walk';
import type pg from 'pg';
import { artifactOf } from '../artifacts.js';
import type { ManifestFacts, Reference } from '../types.js';
import type { DueRepository } from './due.js';
import { saveManifest } from './manifests.js';
import type { Wanted } from './missing.js';

/** Where manifests are read. */
export interface ManifestReader {
  /** @returns whether anything was learnt. Rejects with the error of PostgreSQL only */
  read(repository: DueRepository, wanted: readonly Wanted[], signal: AbortSignal): Promise<boolean>;
}

/** Of one turn of a repository; what is more is reported without it. */
const MOST = 200;
/** A registry that does not answer, or refuses us, is left alone for so long. Milliseconds. */
const PAUSE_MS = 60_000;

/** Says nothing about the next manifest. */
const OF_ONE: ReadonlySet<string> = new Set([
  'not_found',
  'digest',
  'size',
  'unsupported',
  'limit',
  'reference',
]);

/**
 * @param registryOf the registry behind a source, where the configuration names it
 * @param onProblem hears why a manifest could not be read
 */
export function createManifestReader(
  pool: pg.Pool,
  registryOf: (source: string) => Registry | undefined,
  onProblem: (source: string, error: RegistryError) => void,
): ManifestReader {
  const pausedUntil = new Map<Registry, number>();
  const readOne = async (registry: Registry, name: string, digest: string, signal: AbortSignal) => {
    const manifest = await registry.manifest(name, digest, signal);
    return factsOf(manifest, await platformOf(registry, name, manifest, signal));
  };
  return {
    async read({ name, ids }, wanted, signal) {
      let learnt = false;
      for (const { source, digest } of wanted.slice(0, MOST)) {
        const registry = registryOf(source);
        if (!registry || (pausedUntil.get(registry) ?? 0) > performance.now()) continue;
        let facts: ManifestFacts;
        try {
          facts = await readOne(registry, name, digest, signal);
        } catch (error) {
          if (!(error instanceof RegistryError)) throw error;
          if (signal.aborted) return learnt;
          onProblem(source, error);
          if (!OF_ONE.has(error.kind)) pausedUntil.set(registry, performance.now() + PAUSE_MS);
          continue;
        }
        learnt = true;
        for (const id of ids) await saveManifest(pool, id, digest, facts);
      }
      return learnt;
    },
  };
}

/** An index says it of its images; an image alone says it in its config. */
async function platformOf(
  registry: Registry,
  repository: string,
  { config, kind }: Manifest,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (kind !== 'manifest' || !config?.mediaType) return undefined;
  if (artifactOf({ references: [{ digest: config.digest, mediaType: config.mediaType }] }) !== 'image')
    return undefined;
  const body = await registry.blob(repository, config, signal);
  try {
    const { os, architecture, variant } = JSON.parse(body.toString()) as Record<string, unknown>;
    if (typeof os !== 'string' || typeof architecture !== 'string') return undefined;
    return platformText({ os, architecture, ...(typeof variant === 'string' && { variant }) });
  } catch {
    return undefined; // a config that is no JSON: the image is reported without its platform
  }
}

function factsOf(manifest: Manifest, platform: string | undefined): ManifestFacts {
  const { mediaType, size, artifactType, subject, config, layers, manifests, kind } = manifest;
  const listed = kind === 'index' ? manifests : [...(config ? [config] : []), ...layers];
  return {
    mediaType,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(subject !== undefined && { subject }),
    ...(platform !== undefined && { platform }),
    references: listed.map(referenceOf),
    read: true,
  };
}

function referenceOf(descriptor: Manifest['layers'][number]): Reference {
  const { digest, mediaType, size, platform, artifactType, annotations } = descriptor;
  const reference = annotations?.['vnd.docker.reference.type'];
  return {
    digest,
    ...(mediaType !== undefined && { mediaType }),
    ...(size !== undefined && { size }),
    ...(platform && { platform: platformText(platform) }),
    ...(artifactType !== undefined && { artifactType }),
    ...(reference !== undefined && { reference }),
  };
}
