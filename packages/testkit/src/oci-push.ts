/** Pushes parts into a registry over plain HTTP (distribution-spec 1.1, "pushing"). */
import { type OciPart, partsOf } from './oci-content.js';

/** All that the part points at, then the part under `tag`, or under its digest alone. Resolves with the part. */
export async function push(
  registry: string,
  repository: string,
  part: OciPart,
  tag?: string,
): Promise<OciPart> {
  const repo = `${registry}/v2/${repository}`;
  for (const one of partsOf(part)) {
    if (one.absent) continue;
    if (one.kind === 'blob') await putBlob(repo, one);
    else await putManifest(repo, one, one === part ? tag : undefined);
  }
  return part;
}

async function putBlob(repo: string, { digest, bytes }: OciPart): Promise<void> {
  const opened = await answer(fetch(`${repo}/blobs/uploads/`, { method: 'POST' }));
  const url = new URL(opened.headers.get('location') ?? '', repo);
  url.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  await answer(fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) }));
}

async function putManifest(repo: string, { digest, mediaType, bytes }: OciPart, tag?: string): Promise<void> {
  const headers = { 'content-type': mediaType };
  const body = new Uint8Array(bytes);
  await answer(fetch(`${repo}/manifests/${tag ?? digest}`, { method: 'PUT', headers, body }));
}

async function answer(pending: Promise<Response>): Promise<Response> {
  const response = await pending;
  if (response.ok) return response;
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
}
