import { BASELINES, type Method } from '../../core/evaluation/methods.js';

/** Everything the command can measure, the one that others are compared with first. */
export const METHODS: readonly Method[] = BASELINES;
