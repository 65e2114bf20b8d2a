/** A kill switch that is on. Scopes: `all`, `actions`, `connector:<name>`, `playbook:<name>`, `tickets`. */
export interface StopSwitch {
  readonly scope: string;
  readonly reason: string;
  readonly actor: string;
  readonly changedAt: string;
}

export interface StopSubject {
  readonly connector: string;
  readonly playbook: string;
  readonly isTicket: boolean;
  /** It needs a warrant. */
  readonly isAction: boolean;
}

const scopePattern = /^(?:all|actions|tickets|(?:connector|playbook):[a-z0-9][a-z0-9._-]{0,63})$/;

export const isScope = (text: string): boolean => scopePattern.test(text);

/** The switch that stops this effect, the widest first; null where none does. */
export function activeStop(
  switches: readonly StopSwitch[],
  subject: StopSubject,
): StopSwitch | null {
  const scopes = [
    'all',
    ...(subject.isTicket ? ['tickets'] : []),
    ...(subject.isAction ? ['actions'] : []),
    `connector:${subject.connector}`,
    `playbook:${subject.playbook}`,
  ];
  for (const scope of scopes) {
    const found = switches.find((item) => item.scope === scope);
    if (found !== undefined) return found;
  }
  return null;
}
