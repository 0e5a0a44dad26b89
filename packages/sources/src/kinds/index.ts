/** Every kind of registry that Longshore understands: a folder beside this file, and a line here. */
import type { Kind } from '../kind.js';

/**
 * In the order in which the shared path asks them: kinds with a header of their own come before kinds that are
 * recognized by the shape of the body. Each is imported in its line, so that adding one is one line.
 */
export const KINDS: readonly Kind[] = [
  (await import('./gitea/index.js')).gitea,
  (await import('./github/index.js')).github,
  (await import('./nexus/index.js')).nexus,
  (await import('./jfrog/index.js')).jfrog,
  (await import('./eventgrid/index.js')).eventgrid,
  (await import('./harbor/index.js')).harbor,
  (await import('./zot/index.js')).zot,
  (await import('./ecr/index.js')).ecr,
  (await import('./gitlab/index.js')).gitlab,
  (await import('./distribution/index.js')).distribution,
  (await import('./distribution-log/index.js')).distributionLog,
  (await import('./gar/index.js')).gar,
  (await import('./dockerhub/index.js')).dockerhub,
  (await import('./aliyun/index.js')).aliyun,
  (await import('./quay/index.js')).quay,
  (await import('./acr/index.js')).acr,
  (await import('./cloudevents/index.js')).cloudevents,
];

/** Names of the kinds, as a source's `kind` in the configuration. */
export const sourceKinds: readonly string[] = KINDS.map(({ kind }) => kind);
