/** What each command needs besides packages and Node 24; re2 is needed wherever foreign text is read. */
const everything = ['re2', 'postgres', 'temporal', 'bundle'];

export function needsOf(command, args, env) {
  if (command === 'cli') return needsOfVerb(args[0] ?? 'help', env);
  if (command === 'start') return needsOfVerb('start', env);
  if (command === 'check') return ['re2'];
  if (command === 'test' && isStatic(args)) return [];
  return everything;
}

/** With real servers given, the embedded ones are not prepared. */
function needsOfVerb(verb, env) {
  if (verb === 'serve') return ['re2', 'bundle'];
  if (verb !== 'start') return ['re2'];
  return everything.filter(
    (need) =>
      !(need === 'postgres' && env.DATABASE_URL) && !(need === 'temporal' && env.TEMPORAL_ADDRESS),
  );
}

const staticStages = new Set(['format', 'lint', 'types', 'dead-code']);

function isStatic(args) {
  const at = args.indexOf('--only');
  return at !== -1 && (args[at + 1] ?? '').split(',').every((stage) => staticStages.has(stage));
}
