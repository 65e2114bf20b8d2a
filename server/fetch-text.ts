import type { FetchText } from '../intake/verify/key-sets.ts';
import type { Egress } from '../platform/http.ts';

/** Public documents by which senders are verified, over the one door: no redirects, bounded, checked addresses. */
export function createFetchText(egress: Egress): FetchText {
  return async (address, options = {}) => {
    const url = new URL(address);
    const client = egress.clientFor({
      name: 'sender-verification',
      address: url.origin,
      egress: { hosts: [url.host], private: options.private ?? false },
    });
    const { text } = await client.request({
      method: 'GET',
      path: `${url.pathname}${url.search}`,
      headers: { accept: '*/*' },
      effect: 'read',
    });
    return text;
  };
}
