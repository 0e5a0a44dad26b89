import { z } from 'zod';
import { describePreset } from '../testing/preset.js';
import { cdevents } from './index.js';

/** Schema of `artifact.published` 0.2.0 and `artifact.deleted` 0.1.0 in specification 0.4.1. */
const event = z.strictObject({
  context: z.strictObject({
    version: z.literal('0.4.1'),
    id: z.string().min(1),
    source: z.string().min(1),
    type: z.enum(['dev.cdevents.artifact.published.0.2.0', 'dev.cdevents.artifact.deleted.0.1.0']),
    timestamp: z.iso.datetime(),
  }),
  subject: z.strictObject({
    id: z.string().startsWith('pkg:oci/'),
    source: z.string().min(1),
    type: z.literal('artifact'),
    content: z.strictObject({ user: z.string().optional() }),
  }),
});

describePreset({
  format: cdevents,
  here: import.meta.url,
  read({ headers, body }) {
    const { context, subject } = event.parse(JSON.parse(body.toString()));
    if (headers['ce-type'] !== context.type) throw new Error('the type of header and body differ');
    const [, name = '', digest = '', query = ''] = /^pkg:oci\/([^@]*)@([^?]*)\?(.*)$/.exec(subject.id) ?? [];
    const qualifiers = new URLSearchParams(query);
    return {
      id: context.id,
      name: decodeURIComponent(name),
      digest: decodeURIComponent(digest),
      image: qualifiers.get('repository_url'),
      tag: qualifiers.get('tag') ?? undefined,
      actor: subject.content.user,
    };
  },
  taken: ({ id, name, digest, image, tag, actor }) => ({ id, name, digest, image, tag, actor }),
});
