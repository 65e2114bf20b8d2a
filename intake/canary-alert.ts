import { isObject, type JsonObject } from '../domain/json.ts';
import { draft, type FormatReader } from './draft.ts';
import { textAt } from './fields.ts';
import { resource, resourceList } from './observables.ts';

/** A synthetic alert that the engine sends to itself under the name of a source, to see whether the way is clear. */
export const canary: FormatReader = {
  name: 'canary',
  recognises: (value) => isObject(value['sallyportCanary']),
  read: (value) => {
    const source = textAt(value, 'sallyportCanary.source');
    return [
      draft({
        format: 'canary',
        kind: 'operational',
        uid: `canary/${source}`,
        title: `Canary of ${source}`,
        description: 'A synthetic alert that measures the way from intake to ticket.',
        time: textAt(value, 'sallyportCanary.sentAt') || null,
        severityId: 1,
        status: 'open',
        product: 'Sallyport',
        analytic: { uid: 'canary', name: 'canary' },
        resources: resourceList(resource('service', source)),
        unmapped: {
          id: textAt(value, 'sallyportCanary.id'),
          owner: textAt(value, 'sallyportCanary.owner'),
        },
      }),
    ];
  },
};

export interface CanarySketch {
  readonly source: string;
  readonly id: string;
  readonly sentAt: string;
  readonly owner: string;
}

export function canaryBody(sketch: CanarySketch): Buffer {
  const body: JsonObject = { sallyportCanary: { ...sketch } };
  return Buffer.from(JSON.stringify(body));
}
