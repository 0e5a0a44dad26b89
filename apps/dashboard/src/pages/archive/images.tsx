/** The way to an image: by its digest, or through the tags that were pulled most. */
import type { Coverage, TopEntry } from '@longshore/archive/items';
import { CoverageNote } from './coverage.js';
import { Field } from './fields.js';
import { TopTable } from './top.js';

/** What the page shows. */
export interface ImagesProps {
  /** A digest that was searched and not found. */
  digest?: string;
  /** Tags with the most pulls. */
  tags: readonly TopEntry[];
  coverage: Coverage;
}

/** The page. */
export function ImagesPage({ digest, tags, coverage }: ImagesProps) {
  return (
    <>
      <h1>Images</h1>
      <form class="row" action="/images">
        <Field
          label="Digest"
          name="digest"
          value={digest}
          placeholder="sha256:… or its first 8 digits"
          size={40}
        />
        <button type="submit">Search</button>
      </form>
      {digest && (
        <p class="note" role="status">
          No event of the archive has the digest {digest}.
        </p>
      )}
      <h2>Most pulled tags of the last 30 days</h2>
      <TopTable entries={tags} by="pulls" name="Tag" />
      <CoverageNote coverage={coverage} />
    </>
  );
}
