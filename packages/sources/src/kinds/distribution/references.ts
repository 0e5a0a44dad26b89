/** What a manifest lists, as it is kept beside an event from which it was removed. */
import { type Descriptor, isDescriptor } from '@longshore/event';
import { isObject } from '../../json.js';

/** An image has some ten, an index some ten more. */
const MAX_REFERENCES = 1_000;

/** Tells attestations from platforms in an index of buildx. */
const REFERENCE_TYPE = 'vnd.docker.reference.type';

/** What is known of each part; annotations and inlined data can be megabytes. */
export function referencesOf(references: unknown): Descriptor[] {
  if (!Array.isArray(references)) return [];
  return references.slice(0, MAX_REFERENCES).filter(isDescriptor).map(partOf);
}

function partOf({ mediaType, digest, size, platform, artifactType, annotations }: Descriptor): Descriptor {
  const type = isObject(annotations) ? annotations[REFERENCE_TYPE] : undefined;
  return {
    ...(mediaType !== undefined && { mediaType }),
    ...(digest !== undefined && { digest }),
    ...(size !== undefined && { size }),
    ...(isObject(platform) && { platform: platformOf(platform) }),
    ...(typeof artifactType === 'string' && { artifactType }),
    ...(typeof type === 'string' && { annotations: { [REFERENCE_TYPE]: type } }),
  };
}

const platformOf = ({ os, architecture, variant }: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries({ os, architecture, variant }).filter(([, name]) => typeof name === 'string'),
  );
