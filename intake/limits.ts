/** Every bound of intake, by name. Crossing one is never an error for an authenticated sender: it is filed as `unparsed`. */
export const intakeLimits = {
  /** What one request may carry on the wire; more is 413. */
  bodyBytesMax: 1_048_576,
  /** What a compressed body may become: always up to `bodyBytesMax`, beyond that at most ten times its size and 8 MiB. */
  decodedBytesMax: 8_388_608,
  decodedRatioMax: 10,
  /** A value may lie at depth 63 at most: 64 nested containers are refused. */
  depthMax: 64,
  keysMax: 20_000,
  /** Scalars and containers together: an array of numbers has no keys. */
  valuesMax: 100_000,
  unwrapLevelsMax: 4,
  /** Of a line of text so much is read for fields; all of it is kept. */
  lineCharsMax: 65_536,
  namedLinesMax: 400,
  headlineWordsMax: 400,
  findingsPerDeliveryMax: 5_000,
  headerCharsMax: 8_192,
  signaturesMax: 8,
  deliveryIdCharsMax: 1_024,
  headBytes: 2_048,
  /** A commit takes at most so many deliveries and findings; the rest goes into the next. */
  batchDeliveriesMax: 256,
  batchFindingsMax: 1_000,
  /** Deliveries that wait in memory for a commit; more are answered BACKLOG_FULL. */
  queueMax: 4_096,
  /** Incidents that are due and not yet claimed; more are answered BACKLOG_FULL. */
  backlogIncidentsMax: 200_000,
  backlogCheckMs: 2_000,
  commitAttemptsMax: 8,
  retryAfterMs: 2_000,
  /** What `Retry-After` can say: whole seconds. */
  retryAfterMsMin: 1_000,
  /** A storm that held nothing for so long is over. */
  stormQuietMs: 300_000,
  deliveryWindowMs: 7 * 24 * 3_600_000,
  samplesMax: 8,
  /** Reject records per source and minute; what goes beyond is counted into one row more. */
  rejectsPerMinuteMax: 30,
  rejectSourcesMax: 256,
  /** How much of a rejected body is kept, redacted, and how much of all of them in a minute: then their beginnings. */
  rejectViewChars: 16_384,
  rejectViewCharsPerMinuteMax: 1_048_576,
  rejectHeadChars: 512,
} as const;
