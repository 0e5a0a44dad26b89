/** A real archive with a registry's events in it. */
import { openArchive } from '@longshore/archive';
import { type ArchiveReader, createArchiveReader } from '@longshore/archive/read';
import { createArchiveWriter } from '@longshore/archive/write';
import { type Delivery, deliveryOf, EVENTS_V2 } from '@longshore/event';
import { atTestEnd, templateDatabase, testDatabase } from '@longshore/testkit';

/** What a test says of an event; the rest is as a registry sends it. */
export interface Happened {
  id: string;
  action?: 'push' | 'pull' | 'delete';
  /** ISO 8601. */
  at: string;
  repository?: string;
  tag?: string;
  digest?: string;
  actor?: string;
  method?: string;
}

const migrated = templateDatabase(async (url) => {
  const archive = openArchive({ connection: { url }, onError: () => {} });
  await archive.migrate();
  await archive.close();
});

/** Ended with the test. */
export async function archived(events: readonly Happened[]): Promise<ArchiveReader> {
  const archive = openArchive({
    connection: { url: await testDatabase(await migrated()) },
    onError: () => {},
  });
  atTestEnd(archive.close);
  const writer = createArchiveWriter(archive, {
    ...{ body: true, addresses: 'full', partition: 'month', retention: 0 },
  });
  const { signal } = new AbortController();
  for (let at = 0; at < events.length; at += 500) {
    await writer.write(events.slice(at, at + 500).map(deliveryFor), signal);
  }
  return createArchiveReader(archive);
}

function deliveryFor({ id, action = 'push', at, repository = 'acme/app', ...said }: Happened): Delivery {
  const { tag, digest, actor = 'ci', method = action === 'push' ? 'PUT' : 'GET' } = said;
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const target = { mediaType, size: 10, repository, ...(digest && { digest }), ...(tag && { tag }) };
  const request = { addr: '10.1.2.3:4000', useragent: 'containerd/v2.0.0', method };
  const payload = { id, timestamp: at, action, target, request, actor: { name: actor } };
  const event = { id, class: 'event' as const, action, nativeType: action, timestamp: at, target };
  const taken = { event, payload: { event: payload }, contentType: EVENTS_V2, receivedAt: Date.parse(at) };
  return deliveryOf({ ...taken, source: 'distribution', kind: 'distribution' }, 'archive');
}
