import { DefaultFailureConverter } from '@temporalio/common';

/** Messages and stack traces travel inside an encrypted payload. Loaded by path, in workflows too: it must stay this small. */
export const failureConverter: DefaultFailureConverter = new DefaultFailureConverter({
  encodeCommonAttributes: true,
});
