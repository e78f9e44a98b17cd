/** One column of a printed table. */
export interface TableColumn<Row> {
  title: string;
  cell: (row: Row) => string;
  /** Numbers stand to the right. */
  right?: boolean;
  /** Longer text is cut with an ellipsis. */
  max?: number;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
/** Text of others must not steer the terminal. */
const CONTROL = /[\p{Cc}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/gu;
const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const split = (text: string): string[] => [...segments.segment(text)].map(({ segment }) => segment);

/** Columns of a terminal that a text takes; Chinese, Japanese and Korean characters take two. */
export const widthOf = (text: string): number => split(text).reduce((width, character) => width + (WIDE.test(character) ? 2 : 1), 0);

function cut(text: string, max: number): string {
  if (widthOf(text) <= max) return text;
  let width = 0;
  let kept = '';
  for (const character of split(text)) {
    width += WIDE.test(character) ? 2 : 1;
    if (width > max - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Rows as padded text under their titles. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[]): string {
  const cells = rows.map((row) => columns.map(({ cell, max = 60 }) => cut(cell(row).replace(CONTROL, ' '), max)));
  const widths = columns.map(({ title }, i) => Math.max(widthOf(title), ...cells.map((line) => widthOf(line[i]))));
  const lineOf = (texts: string[]): string =>
    texts
      .map((text, i) => {
        const padding = ' '.repeat(widths[i] - widthOf(text));
        return columns[i].right ? padding + text : text + padding;
      })
      .join('  ')
      .trimEnd();
  return [lineOf(columns.map(({ title }) => title)), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(lineOf)].join('\n');
}
