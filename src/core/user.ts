/** Attributes the storefront gave of a user; the id is a pseudonym of the storefront's. */
export interface UserAttributes {
  id: string;
  birthYear: number | null;
  gender: string | null;
  region: string | null;
  joinedAt: number | null;
  attributes: Record<string, unknown>;
}
