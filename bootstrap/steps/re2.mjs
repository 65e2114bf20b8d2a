import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeFile } from '../cache.mjs';
import { checkout, packages, readOrEmpty } from '../checkout.mjs';
import { run } from '../child.mjs';
import { withLock } from '../lock.mjs';
import { announced, say } from '../say.mjs';
import { compileRe2 } from './re2-compile.mjs';
import { libc } from './node.mjs';

const folder = join(packages, 're2');
const addon = join(folder, 'build', 'Release', 're2.node');
const marker = join(folder, 'build', 'sallyport-key');
const downloadLimitMs = 20_000;

/** The addon is a file for one version, ABI, platform, architecture and C library. */
function keyFor(node) {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return [version, `abi${node.abi}`, process.platform, process.arch, libc()].join('-');
}

export async function provideRe2(cache, node) {
  const key = keyFor(node);
  if (ready(key)) return;
  const cached = join(cache, 're2', `${key}.node`);
  await withLock(cache, 're2', async () => {
    if (ready(key)) return;
    if (existsSync(cached)) placeFile(cached, addon, 0o755);
    if (!(await loads(node))) await obtain(node);
    if (!existsSync(cached)) placeFile(addon, cached, 0o755);
    mkdirSync(join(folder, 'build'), { recursive: true });
    writeFileSync(marker, key);
  });
}

function ready(key) {
  return existsSync(addon) && readOrEmpty(marker) === key;
}

async function obtain(node) {
  rmSync(join(folder, 'build'), { recursive: true, force: true });
  if (await announced('looking for a prebuilt re2', '2 s, at most 20 s', () => download(node)))
    return;
  say('  no prebuilt re2 can be had here; it is compiled once and kept in the cache');
  rmSync(join(folder, 'build'), { recursive: true, force: true });
  await compileRe2(node, folder);
}

/** re2's own installer checks the file's hash. `false` stands in for npm, so that it does not compile by itself. */
async function download(node) {
  const script = join(packages, 'install-artifact-from-github', 'bin', 'install-from-cache.js');
  const options = ['--artifact', 'build/Release/re2.node', '--host-var', 'RE2_DOWNLOAD_MIRROR'];
  const switches = [
    '--skip-path-var',
    'RE2_DOWNLOAD_SKIP_PATH',
    '--skip-ver-var',
    'RE2_DOWNLOAD_SKIP_VER',
  ];
  const env = {
    ...process.env,
    npm_package_json: join(folder, 'package.json'),
    npm_execpath: 'false',
  };
  await run(node.program, [script, ...options, ...switches], {
    cwd: folder,
    env,
    limitMs: downloadLimitMs,
  });
  return loads(node);
}

async function loads(node) {
  if (!existsSync(addon)) return false;
  const check = "if (!new (require('re2'))('^a+$').test('aaa')) process.exit(1)";
  return (await run(node.program, ['-e', check], { cwd: checkout, limitMs: 20_000 })).ok;
}
