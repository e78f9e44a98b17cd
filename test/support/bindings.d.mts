export const ON_ONE_BINDING: Readonly<Record<string, string>>;
export const SPECS: Readonly<Record<'embedded' | 'distributed', { testRegex: string; testPathIgnorePatterns: string[] }>>;
