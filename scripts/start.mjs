/**
 * `npm start`: set-up, then `longshore run` in this same process, so that signals reach it.
 *
 * Arguments after `--` go to `run`. Without `--config` it takes ./longshore.yml, else the quickstart's, and then a
 * small receiver prints each event, so that the first push is visible.
 */
import { readFile } from 'node:fs/promises';
import { chooseConfig, namesRedis, needsPostgres } from './choose-config.mjs';
import { asScript, ROOT, setUp } from './setup.mjs';

await asScript(async () => {
  const chosen = chooseConfig(ROOT, process.argv.slice(2), process.env.LONGSHORE_CONFIG);
  const yaml = await readFile(chosen.file, 'utf8').catch(() => '');
  await setUp({
    tests: false,
    redis: !chosen.help && !namesRedis(yaml),
    postgres: !chosen.help && needsPostgres(yaml),
  });

  const { main } = await import('../apps/longshore/dist/main.js');
  if (chosen.quickstart) {
    const { startReceiver } = await import('../examples/quickstart/receiver.mjs');
    await startReceiver();
  }
  process.exit(await main(chosen.argv));
});
