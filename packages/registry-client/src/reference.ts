/**
 * Names as the specification writes them (distribution-spec 1.1, "pulling manifests"). They become part of a
 * URL and come from events, so nothing else passes: no `..`, no `?`, no second host.
 */
import { isDigest } from './digest.js';
import { RegistryError } from './error.js';

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Throws `reference` unless it is a repository's name, of at most 255 characters. */
export function checkRepository(repository: string): void {
  if (repository.length <= 255 && REPOSITORY.test(repository)) return;
  throw new RegistryError('reference', `${quoted(repository)} is no name of a repository`);
}

/** Throws `reference` unless it is a tag or a digest. */
export function checkReference(reference: string): void {
  if (reference.includes(':') ? isDigest(reference) : TAG.test(reference)) return;
  throw new RegistryError('reference', `${quoted(reference)} is neither a tag nor a digest`);
}

/** Throws `reference` unless it is a digest. */
export function checkDigest(digest: string): void {
  if (isDigest(digest)) return;
  throw new RegistryError('reference', `${quoted(digest)} is no digest`);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
