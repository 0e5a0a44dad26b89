/** Events of a window as lines of JSON, oldest first, a page at a time: memory does not grow with their number. */
import type { ArchiveReader } from '../read/archive-reader.js';
import type { Window } from '../read/types.js';

const PAGE = 500;

/** Lines without their end. Rejects as {@link ArchiveReader.events} does. */
export async function* exportLines(
  reader: Pick<ArchiveReader, 'events'>,
  window: Window,
  signal?: AbortSignal,
): AsyncGenerator<string[]> {
  let after: string | undefined;
  do {
    const page = await reader.events(window, {
      ...{ limit: PAGE, body: true, first: 'oldest', signal },
      ...(after !== undefined && { after }),
    });
    if (page.items.length > 0) yield page.items.map((item) => JSON.stringify(item));
    after = page.next;
  } while (after !== undefined);
}
