import type { CliIo } from '../cli/io.ts';
import type { Environment } from '../platform/config.ts';
export async function runOnce(_o: { readonly io: CliIo; readonly environment: Environment; readonly configPath: string }): Promise<number> { return 1; }
