export interface RecentActs {
  /** What a user bought and liked lately, newest first. */
  of(userId: string): readonly { itemNo: number; type: 'PURCHASE' | 'LIKE'; occurredAt: number }[];
}
