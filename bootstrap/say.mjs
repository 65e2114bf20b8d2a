/** Progress goes to stderr: stdout belongs to the command that is run afterwards. */
const heartbeatMs = 10_000;

export function say(line) {
  process.stderr.write(`sallyport: ${line}\n`);
}

/** Announces a long step, repeats that it is alive, and says how long it took. */
export async function announced(what, usually, work) {
  const startedMs = Date.now();
  const seconds = () => Math.round((Date.now() - startedMs) / 1000);
  say(`${what} (usually ${usually}) …`);
  const heartbeat = setInterval(
    () => say(`  … ${what}: ${seconds()} s so far, usually ${usually}`),
    heartbeatMs,
  );
  try {
    const result = await work();
    say(`  done after ${seconds()} s: ${what}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
