/**
 * The local ticket board as its connector sees it. Implemented over SQL by `store/board.ts`; every call is atomic.
 * Tickets and comments are found by the caller's own key, so a repeat changes nothing.
 */
export interface BoardStore {
  /** Makes the ticket or finds the one with this key. Tickets of one board are shared by nobody else. */
  ensure(
    tenant: string,
    ticket: BoardDraft,
  ): Promise<{ readonly ticketId: string; readonly created: boolean }>;
  find(tenant: string, externalKey: string): Promise<BoardTicket | null>;
  read(tenant: string, ticketId: string): Promise<BoardTicket | null>;
  /** Null where there is no such ticket; `created` is false if the key was used before. */
  comment(
    tenant: string,
    comment: BoardComment,
  ): Promise<{ readonly commentId: string; readonly created: boolean } | null>;
  findComment(tenant: string, key: string): Promise<{ readonly commentId: string } | null>;
  /** Null where there is no such ticket; `changed` is false if it was so already. */
  update(
    tenant: string,
    ticketId: string,
    change: BoardChange,
  ): Promise<{ readonly changed: boolean } | null>;
}

export interface BoardDraft {
  readonly externalKey: string;
  readonly title: string;
  readonly body: string;
  readonly priority: string;
  readonly team: string;
  readonly labels: readonly string[];
  readonly status: string;
}

export interface BoardTicket extends BoardDraft {
  readonly ticketId: string;
}

export interface BoardComment {
  readonly ticketId: string;
  readonly key: string;
  readonly body: string;
}

export type BoardChange = Partial<Omit<BoardDraft, 'externalKey'>>;
