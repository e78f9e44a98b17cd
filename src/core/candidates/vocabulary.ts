/** Names of one kind and their numbers; 0 is unknown. */
export class Vocabulary {
  private readonly byNumber: string[] = [''];
  private readonly byName = new Map<string, number>();

  set(no: number, name: string): void {
    this.byNumber[no] = name;
    this.byName.set(name, no);
  }
  /** 0 for a name without a number. */
  no(name: string): number {
    return this.byName.get(name) ?? 0;
  }
  name(no: number): string {
    return this.byNumber[no] ?? '';
  }
  get size(): number {
    return this.byNumber.length;
  }
}
