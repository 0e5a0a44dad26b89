/** Image references as people write them: `[host[:port]/]repository[:tag][@digest]`. */

/** The parts of a reference. */
export interface ImageName {
  /** `registry.example.com:5000` */
  host?: string;
  repository: string;
  /** `latest` when neither tag nor digest is written. */
  tag?: string;
  digest?: string;
}

const NAME =
  /^(?:(?<host>localhost(?::\d+)?|[\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w-]+:\d+|\[[\da-f:]+\](?::\d+)?)\/)?(?<repository>[a-z0-9._-]+(?:\/[a-z0-9._-]+)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[a-z0-9+._-]+:[\w=-]{32,}))?$/;

/** Parses a reference. @returns undefined when it is not one */
export function parseImageName(text: string): ImageName | undefined {
  const { host, repository, tag, digest } = NAME.exec(text)?.groups ?? {};
  if (repository === undefined) return undefined;
  return {
    ...(host !== undefined && { host }),
    repository,
    ...(tag !== undefined ? { tag } : digest === undefined && { tag: 'latest' }),
    ...(digest !== undefined && { digest }),
  };
}
