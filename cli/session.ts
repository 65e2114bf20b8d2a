import { resolve } from 'node:path';
import { SallyportError } from '../domain/errors.ts';
import { readPrivateFile } from '../platform/private-file.ts';
import type { SigningKey } from '../platform/signature.ts';
import { readKeyFile } from '../platform/signature.ts';
import type { ApiClient } from './client.ts';
import { createClient } from './client.ts';
import { usage } from './flags.ts';
import type { CliIo } from './io.ts';
import { printLine } from './io.ts';
import { printable } from './printable.ts';
import type { CliRole, CliSettings } from './settings.ts';
import { readSettings } from './settings.ts';

/** What every verb that talks to an engine takes: `--server`, `--token-file`, `--as`, `--data`. */
export interface Address {
  readonly server: string | null;
  readonly tokenFile: string | null;
  readonly as: string | null;
  /** Asked for only where no server is named. */
  dataDir(): Promise<string>;
}

/** Who one is towards the engine. Nothing is read before a verb asks. */
export interface Session {
  /** A client for somebody with one of the roles: whom `--as` names, else the usual person, else the first who has it. */
  client(...roles: readonly CliRole[]): Promise<ApiClient>;
  /** The same for somebody who votes, with their key: `keyFile`, else the one that the engine's settings name. */
  voter(keyFile: string | null): Promise<Voter>;
}

export interface Voter {
  readonly client: ApiClient;
  readonly approver: string;
  readonly key: SigningKey;
}

const tokenBytesMax = 1024;

export function createSession(address: Address, io: CliIo): Session {
  const inDir = (path: string): string => resolve(io.workingDir, path);
  if (address.server !== null) return explicitSession(address, inDir);
  const clientFor = async (settings: CliSettings, name: string): Promise<ApiClient> => {
    const tokenFile =
      settings.tokens[name] ??
      usage(`--as: ${name} is not one of ${Object.keys(settings.tokens).join(', ')}`);
    return createClient({ server: settings.url, token: await readToken(tokenFile), person: name });
  };
  return {
    client: async (...roles) => {
      const settings = await readSettings(await address.dataDir());
      return clientFor(settings, address.as ?? pick(settings, roles, io));
    },
    voter: async (keyFile) => {
      const settings = await readSettings(await address.dataDir());
      const name =
        address.as ??
        Object.keys(settings.keys)[0] ??
        usage('--as is missing: nobody here has a key');
      const path = keyFile === null ? settings.keys[name] : inDir(keyFile);
      if (path === undefined) return usage(`--key is missing: no key of ${name} is known here`);
      return {
        client: await clientFor(settings, name),
        approver: name,
        key: await readKeyFile(path),
      };
    },
  };
}

function explicitSession(address: Address, inDir: (path: string) => string): Session {
  const connect = async (): Promise<ApiClient> => {
    const tokenFile = address.tokenFile ?? usage('--token-file is missing');
    return createClient({
      server: address.server ?? '',
      token: await readToken(inDir(tokenFile)),
      person: address.as ?? '',
    });
  };
  return {
    client: connect,
    voter: async (keyFile) => {
      const approver =
        address.as ??
        usage('--as is missing: the id under which you are registered as an approver');
      const key = await readKeyFile(inDir(keyFile ?? usage('--key is missing')));
      return { client: await connect(), approver, key };
    },
  };
}

/** A laptop's engine has several people; whoever is taken instead of the usual one is named. */
function pick(settings: CliSettings, roles: readonly CliRole[], io: CliIo): string {
  const names = Object.keys(settings.tokens);
  const [usual] = names;
  if (usual === undefined)
    throw new SallyportError('CREDENTIAL_MISSING', 'the engine left no tokens here');
  const { roles: known } = settings;
  const fits = (name: string): boolean =>
    roles.some((role) => (known === undefined ? name === role : known[name]?.includes(role)));
  if (roles.length === 0 || (known !== undefined && fits(usual))) return usual;
  const other = names.find(fits);
  if (other === undefined) return usual;
  printLine(io.stderr, `as ${printable(other)}`);
  return other;
}

async function readToken(path: string): Promise<string> {
  return (await readPrivateFile(path, tokenBytesMax)).trim();
}
