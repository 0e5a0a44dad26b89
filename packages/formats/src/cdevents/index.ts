/**
 * A push or delete as a CDEvent of specification 0.4.1, which is what Flux validates against, sent as a CloudEvent in
 * binary mode. Source: cdevents/spec `continuous-integration.md`; purl-spec `PURL-TYPES.rst`, type oci.
 */
import type { Facts } from '@longshore/event';
import { binaryHeaders } from '../cloudevents/index.js';
import { preset } from '../preset.js';

const TYPES: Readonly<Record<string, string>> = {
  push: 'dev.cdevents.artifact.published.0.2.0',
  delete: 'dev.cdevents.artifact.deleted.0.1.0',
};

/** The format `cdevents`. */
export const cdevents = preset({
  name: 'cdevents',
  summary: 'a CDEvent 0.4.1 of an artifact that was published or deleted',
  needs: { actions: ['push', 'delete'], fields: ['repository', 'digest', 'host'] },
  headers(facts) {
    const { id, source, type, timestamp: time } = contextOf(facts);
    return binaryHeaders({ specversion: '1.0', id, source, type, time });
  },
  body(facts) {
    const { actor, registry } = facts;
    return {
      context: contextOf(facts),
      subject: {
        ...{ id: purlOf(facts), source: `https://${registry}`, type: 'artifact' },
        content: actor === undefined ? {} : { user: actor },
      },
    };
  },
});

function contextOf({ id, registry, repository, action, time: timestamp }: Facts) {
  const source = `https://${registry}/v2/${repository}`;
  return { version: '0.4.1', id, source, type: TYPES[action] ?? TYPES.push ?? '', timestamp };
}

function purlOf({ name = '', digest = '', image = '', tag }: Facts): string {
  const qualifiers = `repository_url=${encodeURIComponent(image)}${tag ? `&tag=${encodeURIComponent(tag)}` : ''}`;
  return `pkg:oci/${encodeURIComponent(name)}@${encodeURIComponent(digest)}?${qualifiers}`;
}
