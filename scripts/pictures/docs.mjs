/** The pictures in the documentation: what a screen shows of a page, as WebP. */
import { mkdir, writeFile } from 'node:fs/promises';

/** Names in docs/pictures by the page they show. */
const SHOWN = { home: 'home', failing: 'endpoint', delivery: 'delivery', pushes: 'images' };

/** Those that are there in the dark theme too; together all stay below 400 KB. */
const DARK = ['home'];

const VIEWPORT = { width: 1280, height: 800 };
/** Text stays sharp, and a picture has 40 to 90 KB. */
const QUALITY = 0.82;

/**
 * Takes them into `folder`.
 * @param addressOf gets a page of the browser and one of the names above; resolves with the address
 */
export async function takeShown(browser, folder, addressOf) {
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ colorScheme, viewport: VIEWPORT });
    const page = await context.newPage();
    const blank = await context.newPage();
    for (const [name, shown] of Object.entries(SHOWN)) {
      if (colorScheme === 'dark' && !DARK.includes(shown)) continue;
      await page.goto(await addressOf(page, name));
      const png = await page.screenshot();
      const file = `${folder}/${shown}${colorScheme === 'dark' ? '-dark' : ''}.webp`;
      await writeFile(file, await asWebp(blank, png));
      process.stdout.write(`${file}\n`);
    }
    await context.close();
  }
}

/** The browser is the encoder, so that no program is needed for it. */
async function asWebp(page, png) {
  const url = await page.evaluate(
    async ([source, quality]) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), {
        width: image.naturalWidth,
        height: image.naturalHeight,
      });
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality);
    },
    [`data:image/png;base64,${png.toString('base64')}`, QUALITY],
  );
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}
