const FIRST_BYTES = 4096;

/** Appends numbers and texts to bytes that are used again and again. A text has one byte a character where all are of Latin-1, else two. */
export class TextWriter {
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;

  clear(): void {
    this.length = 0;
  }
  /** @param value a whole number, 0 to 2^53 - 1; seven bits a byte, the lowest first */
  varint(value: number): void {
    this.room(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.bytes[this.length++] = (rest % 128) | 128;
    this.bytes[this.length++] = rest;
  }
  text(text: string): void {
    const wide = isWide(text);
    this.varint(text.length * 2 + Number(wide));
    this.room(text.length * 2);
    this.length += this.bytes.write(text, this.length, wide ? 'utf16le' : 'latin1');
  }
  texts(texts: readonly string[]): void {
    this.varint(texts.length);
    for (const text of texts) this.text(text);
  }

  private room(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + bytes));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** Reads what a TextWriter wrote, in its order. */
export class TextReader {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {}

  varint(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  }
  text(): string {
    const head = this.varint();
    const start = this.at;
    this.at += head & 1 ? head - 1 : head >>> 1;
    return this.bytes.toString(head & 1 ? 'utf16le' : 'latin1', start, this.at);
  }
  texts(): string[] {
    const texts: string[] = [];
    for (let left = this.varint(); left > 0; left--) texts.push(this.text());
    return texts;
  }
  /** Whether the next text is this one; it is read only in part. */
  isText(text: string): boolean {
    const head = this.varint();
    if (head >>> 1 !== text.length) return false;
    const { bytes, at } = this;
    if ((head & 1) === 0) {
      for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
      return true;
    }
    for (let i = 0; i < text.length; i++) if ((bytes[at + 2 * i] | (bytes[at + 2 * i + 1] << 8)) !== text.charCodeAt(i)) return false;
    return true;
  }
}

function isWide(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return true;
  return false;
}
