export const syslogLimits = {
  /** RFC 5425 asks for 8 kB; products send more. What is longer is cut, and says so. */
  messageBytesMax: 65_536,
  connectionsMax: 1_000,
  keepAliveMs: 60_000,
  handshakeMs: 10_000,
  /** What was read before the end has so long to be committed. */
  closeMs: 5_000,
  /** Datagrams that wait for a commit; nothing can hold their senders back. */
  datagramsMax: 8_192,
  datagramsBytesMax: 16_777_216,
  framesPerFilingMax: 64,
  receiveBufferBytes: 4_194_304,
} as const;
