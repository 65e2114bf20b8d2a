import { join } from 'node:path';
import { packages } from '../checkout.mjs';
import { run } from '../child.mjs';
import { Problem } from '../problem.mjs';
import { announced } from '../say.mjs';
import { onPath } from '../on-path.mjs';

const compileLimitMs = 30 * 60_000;

/** Compiles against the headers of the Node that will load the addon. */
export async function compileRe2(node, folder) {
  const missing = missingTools();
  if (missing.length > 0) {
    throw new Problem(
      `re2 must be compiled here, and these programs are missing: ${missing.join(', ')}`,
      'Debian/Ubuntu: apt-get install python3 make g++. Fedora: dnf install python3 make gcc-c++. macOS: xcode-select --install.',
    );
  }
  const gyp = join(packages, 'node-gyp', 'bin', 'node-gyp.js');
  const result = await announced('compiling re2', '1.5-4 min on 2 cores', () =>
    run(node.program, [gyp, '-j', 'max', 'rebuild'], {
      cwd: folder,
      env: gypEnvironment(node),
      limitMs: compileLimitMs,
    }),
  );
  if (result.ok) return;
  throw new Problem(
    'compiling re2 failed',
    'It needs Python 3.8 or newer, make and a compiler for C++20 (g++ 11 or clang 14); the output above names the cause.',
    result.output,
  );
}

function missingTools() {
  const wanted = [
    ['python3', ['python3', 'python']],
    ['make', ['make', 'gmake']],
    ['g++', ['g++', 'c++', 'clang++']],
  ];
  return wanted
    .filter(([name]) => !(name === 'g++' && process.env.CXX))
    .filter(([, names]) => !names.some((name) => onPath(name)))
    .map(([name]) => name);
}

/** A machine's npm settings (a global `nodedir`, another target) would compile for the wrong Node. */
function gypEnvironment(node) {
  const misleading =
    /^npm_(package_config_node_gyp|config)_(nodedir|node_dir|target|runtime|arch|disturl|dist_url)$/i;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !misleading.test(name)),
  );
  return node.home === undefined ? env : { ...env, npm_config_nodedir: node.home };
}
