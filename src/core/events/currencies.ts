/** Codes of ISO 4217 for money in use or lately in use; those for metals, funds, tests and "no currency" are none of them. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Whether a text is such a code, in capital letters. */
export const isCurrency = (text: string): boolean => CURRENCIES.has(text);
