import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packages } from '../checkout.mjs';
import { Problem } from '../problem.mjs';

/** What re2 1.27 and native type stripping need. */
const oldest = [24, 15];

/**
 * The Node that runs Sallyport: the one from the lockfile where a package for this machine exists, else the one that
 * runs the bootstrap if it is new enough. `abi` keys native addons; `home` holds its headers, if it came with them.
 */
export function chooseNode() {
  return pinnedNode() ?? currentNode();
}

function pinnedNode() {
  const link = join(packages, '.bin', 'node');
  if (!existsSync(link) || libc() === 'musl') return undefined;
  const program = realpathSync(link);
  const home = dirname(dirname(program));
  const abi = abiOf(home);
  return abi === undefined ? undefined : { program, home, abi };
}

function currentNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const fits = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  if (!fits) {
    throw new Problem(
      `Node ${process.versions.node} is too old, and the lockfile has no Node for ${process.platform}-${process.arch}`,
      `Install Node ${oldest.join('.')} or newer, and start again with it.`,
    );
  }
  const home = dirname(dirname(process.execPath));
  return {
    program: process.execPath,
    home: abiOf(home) === undefined ? undefined : home,
    abi: process.versions.modules,
  };
}

function abiOf(home) {
  const header = join(home, 'include', 'node', 'node_version.h');
  if (!existsSync(header)) return undefined;
  return /#define NODE_MODULE_VERSION (\d+)/.exec(readFileSync(header, 'utf8'))?.[1];
}

/** Native files for glibc do not load under musl, and the other way round. */
export function libc() {
  if (process.platform !== 'linux') return 'none';
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
}
