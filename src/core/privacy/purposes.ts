/** What a user may consent to; without PERSONALISATION only explicit acts bind and the order is the same for everyone. */
export const PURPOSES = ['ESSENTIAL', 'PERSONALISATION', 'SOCIAL_GRAPH', 'MODEL_TRAINING', 'ANALYTICS'] as const;
export type Purpose = (typeof PURPOSES)[number];
