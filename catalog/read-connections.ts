import { isObject, type Json } from '../domain/json.ts';
import { readYaml } from './read-yaml.ts';

/**
 * The names of the connections in the text of `sallyport.yaml` with their connectors, without resolving a secret: for
 * checks that run offline. Null where the file has none that can be read.
 */
export function readConnections(file: string, text: string): ReadonlyMap<string, string> | null {
  const yaml = readYaml(file, text);
  if (yaml.kind === 'problems') return null;
  const data = yaml.data as Json; // YAML of the core schema holds JSON only
  const connections = isObject(data) ? data['connections'] : undefined;
  if (!isObject(connections)) return null;
  const found = Object.entries(connections).flatMap(([name, row]): [string, string][] => {
    const connector = isObject(row) ? row['connector'] : undefined;
    return typeof connector === 'string' ? [[name, connector]] : [];
  });
  return new Map(found);
}
