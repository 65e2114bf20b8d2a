import { describe, expect, it } from 'vitest';
import {
  allManifests,
  capabilityNamed,
  connectorNamed,
  manifestNamed,
} from '../../../connectors/registry.ts';
import { needsGate } from '../../../domain/capability.ts';
import { isObject, type Json } from '../../../domain/json.ts';

const manifests = allManifests().flatMap(({ capabilities }) => capabilities);

/** Paths in a JSON Schema of text and lists that have no upper bound. */
function unbounded(schema: Json, path = '$'): readonly string[] {
  if (Array.isArray(schema))
    return schema.flatMap((item, index) => unbounded(item, `${path}[${index}]`));
  if (!isObject(schema)) return [];
  const bounded = schema['enum'] !== undefined || schema['const'] !== undefined;
  const pattern = schema['pattern'];
  const textBound =
    schema['maxLength'] !== undefined ||
    (typeof pattern === 'string' && /^\^\[.*\]\{\d+,\d+\}\$$/.test(pattern));
  const here =
    (schema['type'] === 'string' && !bounded && !textBound) ||
    (schema['type'] === 'array' && schema['maxItems'] === undefined)
      ? [path]
      : [];
  return [
    ...here,
    ...Object.entries(schema).flatMap(([name, value]) => unbounded(value, `${path}.${name}`)),
  ];
}

describe('the registry', () => {
  it('knows every connector and capability by name', () => {
    expect(manifests.map(({ name }) => name).toSorted()).toMatchInlineSnapshot(`
      [
        "assets.asset.find",
        "aws-iam.key.activate",
        "aws-iam.key.deactivate",
        "aws-iam.key.read",
        "board.ticket.comment",
        "board.ticket.ensure",
        "board.ticket.find",
        "board.ticket.status",
        "board.ticket.transition",
        "board.ticket.update",
        "crowdstrike.host.contain",
        "crowdstrike.host.find",
        "crowdstrike.host.lift",
        "crowdstrike.host.read",
        "deploys.deploy.find",
        "generic-http.record.read",
        "generic-http.ticket.comment",
        "generic-http.ticket.ensure",
        "generic-http.ticket.find",
        "generic-http.ticket.status",
        "github.ticket.comment",
        "github.ticket.ensure",
        "github.ticket.find",
        "github.ticket.status",
        "github.ticket.transition",
        "github.ticket.update",
        "indicators.indicator.find",
        "okta.user.read",
        "okta.user.suspend",
        "okta.user.unsuspend",
        "smtp.message.send",
        "webhook.message.send",
      ]
    `);
    for (const { name } of manifests)
      expect([capabilityNamed(name)?.manifest, manifestNamed(name)]).toEqual([
        manifestNamed(name),
        manifestNamed(name),
      ]);
    for (const { name } of allManifests()) expect(connectorNamed(name)?.manifest.name).toBe(name);
  });

  it('answers null to a name that nobody has', () => {
    expect([
      capabilityNamed('board.ticket.explode'),
      connectorNamed('toString'),
      manifestNamed('__proto__'),
    ]).toEqual([null, null, null]);
  });
});

describe.each(manifests)('$name', (manifest) => {
  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
  });

  it('bounds every text and list that goes in or comes out', () => {
    expect([...unbounded(manifest.input), ...unbounded(manifest.output)]).toEqual([]);
  });

  it('refuses unknown fields', () => {
    expect(manifest.input['additionalProperties']).toBe(false);
  });

  it('begins with the name of its connector', () => {
    expect(manifest.name).toMatch(/^[a-z-]+\.[a-z]+\.[a-z]+$/);
    expect(connectorNamed(manifest.name.split('.')[0] ?? '')).not.toBeNull();
  });

  it('reads exactly where its class of privilege is lookup, or finds or reads tickets', () => {
    expect(manifest.effect === 'read').toBe(
      manifest.privilege === 'lookup' || /\.ticket\.(?:find|status)$/.test(manifest.name),
    );
  });

  it('names target, precondition and undo where people have to approve it', () => {
    if (!needsGate(manifest.effect)) return expect(manifest.undo).toBeNull();
    expect(manifest.target).not.toBeNull();
    const precondition = manifestNamed(manifest.precondition?.capability ?? '');
    expect([precondition?.effect, precondition?.target]).toEqual(['read', manifest.target]);
    expect(Object.keys(precondition?.output['properties'] ?? {})).toEqual(
      expect.arrayContaining([...(manifest.precondition?.fields ?? ['none'])]),
    );
    expect(manifestNamed(manifest.undo ?? '')?.target).toEqual(manifest.target);
  });

  it('has an input field for its target', () => {
    if (manifest.target === null) return;
    expect(manifest.input['required']).toContain(manifest.target.field);
  });
});
