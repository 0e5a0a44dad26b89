/** Every format: a folder beside this file, and a line here. */
import type { z } from 'zod';
import type { Format, Offer } from './format.js';

/** In the order in which documentation lists them. Each is imported in its line, so that adding one is one line. */
export const FORMATS: readonly Format[] = [
  (await import('./distribution/index.js')).distribution,
  (await import('./harbor/index.js')).harbor,
  (await import('./quay/index.js')).quay,
  (await import('./flux/index.js')).flux,
  (await import('./keel/index.js')).keel,
  (await import('./acr/index.js')).acr,
  (await import('./dockerhub/index.js')).dockerhub,
  (await import('./spinnaker/index.js')).spinnaker,
  (await import('./jenkins/index.js')).jenkins,
  (await import('./github-dispatch/index.js')).githubDispatch,
  (await import('./gitlab-trigger/index.js')).gitlabTrigger,
  (await import('./scan/index.js')).scan,
  (await import('./cloudevents/index.js')).cloudevents,
  (await import('./cdevents/index.js')).cdevents,
  (await import('./template/index.js')).template,
  (await import('./json/index.js')).json,
  (await import('./slack/index.js')).slack,
  (await import('./teams/index.js')).teams,
  (await import('./discord/index.js')).discord,
  (await import('./mattermost/index.js')).mattermost,
  (await import('./googlechat/index.js')).googlechat,
  (await import('./ntfy/index.js')).ntfy,
];

const byName = new Map(FORMATS.map((format) => [format.name, format]));

/** Undefined for a name that no format has; the configuration refuses those. */
export const formatNamed = (name: string): Format | undefined => byName.get(name);

const offered = (to: Offer) => FORMATS.filter(({ offeredTo }) => offeredTo.includes(to));

/** The names that the setting accepts. */
export const formatNames = (to: Offer): string[] => offered(to).map(({ name }) => name);

/** For the description of the setting, in Markdown: one sentence for each format. */
export const describeFormats = (to: Offer): string =>
  offered(to)
    .map(({ name, summary }) => `\`${name}\`: ${summary}.`)
    .join(' ');

/** Settings that some formats alone have, of all of them. No two formats share a name. */
export const formatOptions = (): Readonly<Record<string, z.ZodType>> =>
  Object.assign({}, ...FORMATS.map(({ options = {} }) => options));
