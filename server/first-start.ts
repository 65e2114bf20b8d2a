import type { CliIo } from '../cli/io.ts';
import type { Embedded } from './open-embedded.ts';
export async function tellFirstStart(_e: Embedded, _o: { readonly io: CliIo; readonly signal: AbortSignal }): Promise<void> {}
