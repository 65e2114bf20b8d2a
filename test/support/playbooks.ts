import { readPlaybook, type ReadPlaybook } from '../../catalog/read-playbook.ts';
import type { CompileContext } from '../../domain/compile-call.ts';
import type { CapabilityManifest, ConnectorManifest } from '../../domain/capability.ts';
import type { JsonObject } from '../../domain/json.ts';

const anyObject: JsonObject = { type: 'object' };

/** A capability for compiler tests, with only what the test names differing from a harmless lookup. */
export function aCapability(
  fields: Partial<CapabilityManifest> & { readonly name: string },
): CapabilityManifest {
  return {
    title: fields.name,
    effect: 'read',
    privilege: 'lookup',
    input: anyObject,
    output: anyObject,
    target: null,
    reveals: [],
    undo: null,
    precondition: null,
    settle: 'none',
    reach: 'a test',
    ...fields,
  };
}

const hostInput: JsonObject = {
  type: 'object',
  properties: { host: { type: 'string', maxLength: 20 }, hard: { type: 'boolean' } },
  required: ['host'],
  additionalProperties: false,
};

/** A product for compiler tests: one read, one disruptive action with its undo, one that nothing takes back. */
const edr: ConnectorManifest = {
  name: 'edr',
  title: 'EDR',
  version: '1.0.0',
  capabilities: [
    aCapability({ name: 'edr.host.read', input: hostInput }),
    aCapability({
      name: 'edr.host.contain',
      effect: 'disruptive',
      privilege: 'act',
      input: hostInput,
      undo: 'edr.host.lift',
      target: { field: 'host', kind: 'host' },
    }),
    aCapability({
      name: 'edr.host.lift',
      effect: 'disruptive',
      privilege: 'act',
      input: hostInput,
      undo: 'edr.host.contain',
      target: { field: 'host', kind: 'host' },
    }),
    aCapability({
      name: 'edr.host.wipe',
      effect: 'irreversible',
      privilege: 'act',
      input: hostInput,
      target: { field: 'host', kind: 'host' },
    }),
    aCapability({
      name: 'edr.host.tag',
      effect: 'reversible',
      privilege: 'act',
      input: hostInput,
      target: { field: 'host', kind: 'host' },
    }),
  ],
};

const ticketInput: JsonObject = {
  type: 'object',
  properties: {
    externalKey: {},
    title: {},
    body: {},
    priority: {},
    team: {},
    labels: { type: 'array', items: { type: 'string' }, maxItems: 2 },
  },
  required: ['externalKey', 'title', 'body', 'priority', 'team'],
  additionalProperties: false,
};

const board: ConnectorManifest = {
  name: 'board',
  title: 'Board',
  version: '1.0.0',
  capabilities: [
    aCapability({
      name: 'board.ticket.ensure',
      effect: 'reversible',
      privilege: 'ticket',
      input: ticketInput,
    }),
    aCapability({ name: 'board.ticket.comment', effect: 'reversible', privilege: 'ticket' }),
    aCapability({ name: 'board.message.send', effect: 'reversible', privilege: 'notify' }),
  ],
};

export const compileContext: CompileContext = {
  manifests: [edr, board],
  connections: new Map([
    ['edr', 'edr'],
    ['tickets', 'board'],
  ]),
  grants: null,
};

/** Reads a playbook named `case` whose steps are given, indented by two spaces. */
export function readSteps(steps: string, context: CompileContext = compileContext): ReadPlaybook {
  return readPlaybook(
    'case.yaml',
    `playbook: case\nversion: 1\ntitle: A case\nauthor: tests\nsteps:\n${steps}`,
    context,
  );
}
