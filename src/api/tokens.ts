/** Names under which Nest hands out what the edge was given; interfaces leave nothing at run time to ask by. */
export const APP = Symbol('App');
export const METRICS = Symbol('Metrics');
export const LIFE = Symbol('Life');
