/** The implemented kinds of source. */
import { sourceKinds } from '@longshore/sources/settings';

/** `distribution`: a registry that sends the notifications of CNCF Distribution. */
export const SOURCE_KINDS = sourceKinds;

/** Common names of some registries, for suggestions. */
export const OTHER_NAMES: Readonly<Record<string, (typeof SOURCE_KINDS)[number]>> = {
  artifactory: 'jfrog',
  aws: 'ecr',
  docker: 'distribution',
  log: 'distribution-log',
  forgejo: 'gitea',
  gcr: 'gar',
  ghcr: 'github',
  gogs: 'gitea',
  google: 'gar',
  registry: 'distribution',
};
