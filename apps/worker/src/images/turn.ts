/** One turn of making and publishing image events and pulls. */
import type { ImageMaker, PullMaker } from '@longshore/archive/images';

/** See {@link makeAndPublish}. */
export interface TurnParts {
  /** Asked before each step. */
  mayContinue(): Promise<boolean>;
  publish: Parameters<ImageMaker['publish']>[0];
  signal: AbortSignal;
}

/**
 * Image events are published before pulls are computed, so pulls that take long or fail do not hold them back.
 * Rejects with the error of PostgreSQL or of `publish`. What is in the archive by then is published in the next turn.
 */
export async function makeAndPublish(
  images: ImageMaker,
  pulls: Pick<PullMaker, 'make'>,
  { mayContinue, publish, signal }: TurnParts,
): Promise<void> {
  const publishAll = async (): Promise<void> => {
    while (!signal.aborted && (await mayContinue())) if ((await images.publish(publish)) === 0) return;
  };
  await images.make(mayContinue, signal);
  await publishAll();
  await pulls.make(mayContinue, signal);
  await publishAll();
}
