/** Work that must not be done twice at once. Guarantee: of one key one piece of work runs at a time, over all processes of a deployment as far as they can reach each other; within a process in the order of the calls. */
export interface Turns {
  inTurn<T>(key: string, work: () => Promise<T>): Promise<T>;
}
