/** `longshore copy`, as its users run it, between two registries. */
import { oci } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { command } from './operator.js';
import { workFolder } from './relay.js';

/** The first command loads the whole worker, which takes its time on a busy machine. */
const SLOW_MS = 120_000;
const image = oci.image({ layers: ['one', 'two'] });

test(
  'copies an image to another repository, says what became of each part, and sends nothing twice',
  async () => {
    const [source, target] = [await oci.store(), await oci.store()];
    source.has('team/api', image, '1.0');
    const names = [`${source.host}/team/api:1.0`, `${target.host}/mirror/api`];
    const args = ['copy', ...names, '--config', `${await workFolder()}/none.yml`];
    const first = await command(args);
    expect(first.stdout).toContain('succeeded: 4 copied, 0 already there');
    expect(first.code).toBe(0);
    expect(target.tag('mirror/api', '1.0')).toBe(image.digest);
    const second = await command([...args, '--json']);
    expect(JSON.parse(second.stdout)).toMatchObject({
      result: 'succeeded',
      tally: { warmed: 0, already: 4 },
    });
    const tagged = await command(['copy', names[0] ?? '', `${target.host}/mirror/api:stable`]);
    expect(tagged.code).toBe(0);
    expect(target.tag('mirror/api', 'stable')).toBe(image.digest);
    expect(target.tag('mirror/api', 'latest')).toBeUndefined();
  },
  SLOW_MS,
);

test(
  'exits 1 for an image that is not there, and 2 without a registry',
  async () => {
    const [source, target] = [await oci.store(), await oci.store()];
    const to = `${target.host}/team/api`;
    expect(await command(['copy', `${source.host}/team/api:9`, to])).toMatchObject({ code: 1 });
    expect(await command(['copy', 'team/api:1.0', to])).toMatchObject({ code: 2 });
  },
  SLOW_MS,
);
