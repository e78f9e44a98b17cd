/** What others did to a user, or with what he made and shared. Counts, over all that is retained. */
export interface Received {
  followers: number;
  /** Of those he follows, how many follow him. */
  mutual: number;
  likes: number;
  comments: number;
  shares: number;
  saves: number;
  /** Items of his that others bought. */
  sales: number;
  /** Different people whom his shares brought, and what they bought by them. */
  brought: number;
  broughtPurchases: number;
  /** Different people whom he invited, and how many of them did anything afterwards. */
  invited: number;
  invitedActive: number;
  /** Epoch ms of when this was counted. */
  countedAt: number;
}
export const RECEIVED_COUNTS = ['followers', 'mutual', 'likes', 'comments', 'shares', 'saves', 'sales', 'brought', 'broughtPurchases', 'invited', 'invitedActive'] as const; // prettier-ignore
