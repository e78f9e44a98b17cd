const UNITS: Readonly<Record<string, string>> = {
  OZ: 'oz', OZS: 'oz', LB: 'lb', LBS: 'lb', CT: 'ct', GA: 'gal', GAL: 'gal', L: 'l', LT: 'l', ML: 'ml', PT: 'pt', QT: 'qt', DZ: 'dz', DOZ: 'dz', PK: 'pk', FT: 'ft',
  'SQ FT': 'sq ft', LOAD: 'loads', LOADS: 'loads', LD: 'loads', PC: 'pc', STEM: 'stems', 'FL OZ': 'fl oz',
}; // prettier-ignore
const UNIT = '(FL OZ|SQ FT|OZS?|LBS?|CT|GAL?|ML|LT|L|PT|QT|DO?Z|PK|FT|LOADS?|LD|PC|STEM)\\b';
const NUMBER = '(\\d*\\.\\d+|\\d+(?:\\.\\d+)?)';
const pattern = (text: string): RegExp => new RegExp(`(?:^|\\s)${text}`);
/** ".5" is "0.5", "13.00" is "13". */
const plain = (number: string): string => String(Number(number));

/** Forms of a package size, the first that fits counts. A pack holds so many of a size; a count says how many are in the whole. */
const FORMS: [form: RegExp, write: (match: string[]) => string][] = [
  [pattern(`((?:\\d+ )?[1357]\\/[248]) ?${UNIT}`), ([, number, unit]) => `${number} ${UNITS[unit]}`],
  [pattern(`${NUMBER} ?${UNIT} ?\\/ ?(\\d+) ?PK\\b`), ([, size, unit, packs]) => `${packs} × ${plain(size)} ${UNITS[unit]}`],
  [pattern(`${NUMBER} ?${UNIT} ?\\/ ?(\\d+) ?CT\\b`), ([, size, unit, count]) => `${plain(size)} ${UNITS[unit]}, ${count} ct`],
  [pattern(`(\\d+) ?CT ?\\/ ?${NUMBER} ?${UNIT}`), ([, count, size, unit]) => `${plain(size)} ${UNITS[unit]}, ${count} ct`],
  [pattern(`(\\d+)-(\\d+) ?CT\\b`), ([, low, high]) => `${low}–${high} ct`],
  [pattern(`(\\d+) ?(?:PK)? ?[\\/-] ?${NUMBER} ?${UNIT}`), ([, packs, size, unit]) => `${packs} × ${plain(size)} ${UNITS[unit]}`],
  [pattern(`${NUMBER} ?${UNIT}`), ([, size, unit]) => `${plain(size)} ${UNITS[unit]}`],
  [/^(DZ|GAL|PT|QT)$/, ([, unit]) => `1 ${UNITS[unit]}`], // other letters alone are codes
];

/** A package size in lower case with its unit: "12 PK/12 OZ" is "12 × 12 oz". Empty where the source says nothing that can be read. */
export function sizeOf(packageSize: string): string {
  const text = packageSize.trim().replace(/\s+/g, ' ');
  for (const [form, write] of FORMS) {
    const match = form.exec(text);
    if (match) return write(match);
  }
  return '';
}
