import type { DataConverter } from '@temporalio/common';
import { createDataConverter } from '../platform/payload-codec.ts';
import type { CodecOptions } from '../platform/payload-codec.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { maskOf } from '../redaction/kinds.ts';
import { createLastLook } from '../redaction/last-look.ts';
import type { LastLook, Looked } from '../redaction/last-look.ts';

export interface ConverterDeps {
  readonly codec: CodecOptions;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Kinds of secrets that a policy in force keeps. */
  readonly keptSecrets?: ReadonlySet<string>;
}

/** What stands between this engine and Temporal's store: a last look for secrets, then the seal. */
export interface Converters {
  /**
   * For workers of activities, whose results and errors are the first that history sees of anything from outside: looked at
   * thoroughly, for they are small.
   */
  readonly arriving: DataConverter;
  /**
   * For clients and the workflow worker: batches of hundreds of kilobytes, made of what came past a redaction before. There only
   * shapes are looked for, and names of fields.
   */
  readonly carried: DataConverter;
}

export function createConverters(deps: ConverterDeps): Converters {
  let looks: LastLook | undefined;
  const open = (): LastLook => (looks ??= createLastLook(deps.keptSecrets));
  const sealing = (look: Look): DataConverter =>
    createDataConverter({ ...deps.codec, look: reporting(deps, look) });
  return {
    arriving: sealing((json) => open().thorough(json)),
    carried: sealing((json) => open().quick(json)),
  };
}

type Look = (json: Uint8Array) => Looked | null;

/** A hit is counted and told, without what was found. */
function reporting(deps: ConverterDeps, look: Look): (json: Uint8Array) => Uint8Array {
  return (json) => {
    const found = attempt(look, json);
    if (found === null) return json;
    for (const kind of found.kinds) deps.metrics.outcome('late-redaction', kind);
    deps.logger.error(
      { kinds: found.kinds },
      'a secret was masked just before Temporal stored it: what put it there did not redact it',
    );
    return found.json;
  };
}

function attempt(look: Look, json: Uint8Array): Looked | null {
  try {
    return look(json);
  } catch {
    // SECURITY: an internal error must not let the original through.
    return { json: Buffer.from(JSON.stringify(maskOf('error'))), kinds: ['error'] };
  }
}
