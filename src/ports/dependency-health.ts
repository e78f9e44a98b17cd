/** State of something that the service depends on. */
export interface DependencyHealth {
  name: string;
  /** Whether a process can serve with it in this state. */
  ok: boolean;
  detail: string;
  /** Whether it answers, where a process can serve without it too; `ok` when left out. */
  answers?: boolean;
  /** Of a pool: how many there are, how many are not in use, and how many requests wait for one. */
  connections?: { open: number; idle: number; waiting: number };
}
