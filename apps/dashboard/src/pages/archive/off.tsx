/** What an archive page shows when the configuration has no archive. */

/** The page. */
export function ArchiveOff({ title }: { title: string }) {
  return (
    <>
      <h1>{title}</h1>
      <div class="note">
        <p>
          The archive is off. It keeps every event in PostgreSQL, so that what was pushed, pulled and deleted
          can be found by repository, tag, digest, actor and time.
        </p>
        <p>Turn it on in the configuration file, and restart Longshore:</p>
        <pre>archive: {'{}'}</pre>
        <p>
          Longshore then runs a PostgreSQL of its own in <code>datadir</code>. To use yours, version 15 or
          newer:
        </p>
        <pre>{'archive:\n  url: env:DATABASE_URL'}</pre>
      </div>
      <p>
        Without it, <a href="/search">search</a> finds the events of the last hours.
      </p>
    </>
  );
}
