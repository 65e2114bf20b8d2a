import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { temporaryBeside } from '../cache.mjs';
import { checkout, filesBelow, lockfile } from '../checkout.mjs';
import { run } from '../child.mjs';
import { withLock } from '../lock.mjs';
import { Problem } from '../problem.mjs';
import { announced } from '../say.mjs';

const script = join(checkout, 'bootstrap', 'bundle-workflows.ts');
/** Besides the rooms below: how the code is bundled, and what it converts failures with. */
const recipe = [
  script,
  join(checkout, 'server', 'workflow-bundle.ts'),
  join(checkout, 'platform', 'failure-converter.ts'),
];
const bundleLimitMs = 120_000;
/** Each is 5 MB. An engine that runs has read its own long ago. */
const bundlesKept = 8;

/** Returns the path of the workflow code as one file; it is made again only when its sources change. */
export async function provideWorkflowBundle(cache, node) {
  const target = join(cache, 'workflows', `${sourceHash()}.js`);
  if (existsSync(target)) return target;
  return withLock(cache, 'workflow-bundle', async () => {
    if (!existsSync(target)) await bundle(node, target);
    return target;
  });
}

/** Workflows may import nothing but domain/ and packages, so these files decide what the bundle holds. */
function sourceHash() {
  const sources = ['workflows', 'domain'].flatMap((room) =>
    filesBelow(join(checkout, room)).filter((file) => file.endsWith('.ts')),
  );
  const hash = createHash('sha256');
  for (const file of [...sources, ...recipe, lockfile])
    hash
      .update(`${relative(checkout, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex').slice(0, 32);
}

async function bundle(node, target) {
  const temporary = temporaryBeside(target);
  mkdirSync(dirname(target), { recursive: true });
  try {
    const result = await announced('bundling the workflows', '2-5 s', () =>
      run(node.program, [script, temporary], { cwd: checkout, limitMs: bundleLimitMs }),
    );
    if (!result.ok)
      throw new Problem(
        'the workflows cannot be bundled',
        'The output above names the file and the import.',
        result.output,
      );
    renameSync(temporary, target);
    forgetOld(dirname(target));
  } finally {
    rmSync(temporary, { force: true });
  }
}

function forgetOld(folder) {
  const madeMs = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const bundles = readdirSync(folder).map((name) => join(folder, name));
  const oldest = bundles.toSorted((a, b) => madeMs(b) - madeMs(a)).slice(bundlesKept);
  for (const bundle of oldest) rmSync(bundle, { force: true });
}
