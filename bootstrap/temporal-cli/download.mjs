import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesBelow, packages } from '../checkout.mjs';
import { placeFile, temporaryBeside } from '../cache.mjs';
import { run } from '../child.mjs';
import { executable } from '../on-path.mjs';
import { announced, say } from '../say.mjs';
import { wantedVersion } from './version.mjs';

const site = 'https://temporal.download/';
const reachLimitMs = 5_000;
const downloadLimitMs = 180_000;

/** Lets Temporal's SDK download the CLI as it does for its own tests. Answers false, quickly, where it cannot. */
export async function download(node, target) {
  if (!existsSync(join(packages, '@temporalio', 'testing')) || !(await siteAnswers())) return false;
  const folder = temporaryBeside(target);
  mkdirSync(folder, { recursive: true });
  try {
    const script = join(
      import.meta.dirname ?? dirname(new URL(import.meta.url).pathname),
      'download-by-sdk.mjs',
    );
    const result = await announced(
      `downloading the Temporal CLI ${wantedVersion}`,
      '10-60 s, at most 3 min',
      () => run(node.program, [script, `v${wantedVersion}`, folder], { limitMs: downloadLimitMs }),
    );
    const binary = filesBelow(folder).find(executable);
    if (binary === undefined || !result.ok) return false;
    placeFile(binary, target, 0o755);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Behind a proxy only the SDK itself can tell, since Node 20's fetch knows no proxies. */
async function siteAnswers() {
  if (process.env.HTTPS_PROXY || process.env.https_proxy) return true;
  try {
    await fetch(site, { method: 'HEAD', signal: AbortSignal.timeout(reachLimitMs) });
    return true;
  } catch {
    say('the Temporal CLI cannot be downloaded here (temporal.download does not answer)');
    return false;
  }
}
