import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'undici';
import { checkedOrder } from '../cli/order-view.ts';
import type { Order } from '../domain/order.ts';
import type { VotePayload } from '../domain/vote.ts';
import {
  reasonDigest,
  signingKeyFromPem,
  signVote,
  type SigningKey,
} from '../platform/signature.ts';
import type { BenchEngine } from './engine.ts';

export interface ListedGate {
  readonly gateId: string;
  readonly target: { readonly id: string };
}

/** Alice, who may approve what the measured playbook asks for, with her key on her side. */
export interface Approver {
  openGates(): Promise<readonly ListedGate[]>;
  /** Reads the order, checks its digest, signs it and votes for it. Milliseconds from the vote's sending to its answer. */
  approve(gateId: string): Promise<{ readonly sentAtMs: number; readonly answerMs: number }>;
  /** How many alerts the newest incidents whose title begins so have counted, and how many incidents that are. */
  counted(title: string): Promise<{ readonly incidents: number; readonly alerts: number }>;
  close(): Promise<void>;
}

export async function openApprover(engine: BenchEngine): Promise<Approver> {
  const token = (await readFile(join(engine.dataDir, 'secrets', 'token-alice'), 'utf8')).trim();
  const key = signingKeyFromPem(await readFile(join(engine.dataDir, 'keys', 'alice.pem'), 'utf8'));
  const pool = new Pool(engine.target.url, { connections: 4 });
  const call = async <Answer>(method: 'GET' | 'POST', path: string, body?: object) => {
    const response = await pool.request({
      method,
      path,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.body.text();
    if (response.statusCode >= 300) throw new Error(`${path}: ${response.statusCode} ${text}`);
    return JSON.parse(text) as Answer;
  };
  return {
    openGates: async () =>
      (await call<{ gates: readonly ListedGate[] }>('GET', '/v1/gates?state=open')).gates,
    approve: async (gateId) => {
      const gate = await call<{ order: Order; orderDigest: string }>('GET', `/v1/gates/${gateId}`);
      checkedOrder(gate);
      const vote = signedVote({ gateId, orderDigest: gate.orderDigest }, key);
      const sentAtMs = Date.now();
      await call('POST', `/v1/gates/${gateId}/votes`, vote);
      return { sentAtMs, answerMs: Date.now() - sentAtMs };
    },
    counted: async (title) => {
      const { incidents } = await call<{ incidents: readonly { title: string; count: number }[] }>(
        'GET',
        '/v1/incidents',
      );
      const about = incidents.filter((incident) => incident.title.startsWith(title));
      return {
        incidents: about.length,
        alerts: about.reduce((sum, incident) => sum + incident.count, 0),
      };
    },
    close: () => pool.close(),
  };
}

const reason = 'measured';

function signedVote(about: { gateId: string; orderDigest: string }, key: SigningKey): object {
  const nonce = randomBytes(16).toString('base64url');
  const payload: VotePayload = {
    ...about,
    decision: 'approve',
    reasonDigest: reasonDigest(nonce, reason),
    approver: 'alice',
    keyId: key.keyId,
    time: new Date().toISOString(),
    nonce,
  };
  return { ...signVote(payload, key), reason };
}
