import { type Task } from '../task.js';
import { type Ranking, rankByScores } from './ranking.js';

/** The same order for everyone: the number of distinct people who touched an item. */
export const popularityBaseline = (task: Task, depth: number): Ranking => rankByScores(task, depth, () => []);
