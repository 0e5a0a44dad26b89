/** The kinds of endpoint and of source that a configuration may name: those that there is code for. */
import { SINK_KINDS } from '@longshore/sinks/kinds';
import { sourceKinds } from '@longshore/sources/settings';

/** `http`: each event is posted to `url`. A kind of sink. */
export const ENDPOINT_KINDS = SINK_KINDS;

/** `distribution`: a registry that sends the notifications of CNCF Distribution. */
export const SOURCE_KINDS = sourceKinds;

/** What an endpoint may ask for: the registry's own four actions, and all else that registries tell. */
export const EVENT_CLASSES = ['event', 'other'] as const;

/** What people call some of the registries, for an error that helps. */
export const OTHER_NAMES: Readonly<Record<string, (typeof SOURCE_KINDS)[number]>> = {
  artifactory: 'jfrog',
  aws: 'ecr',
  docker: 'distribution',
  forgejo: 'gitea',
  gcr: 'gar',
  ghcr: 'github',
  gogs: 'gitea',
  google: 'gar',
  registry: 'distribution',
};
