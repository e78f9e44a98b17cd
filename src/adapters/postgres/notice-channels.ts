import { type NoticeChannel } from '../../ports/notices.js';

const PREFIX = 'imago_';

/** The statement that tells all processes; within a transaction it is sent with the commit. */
export const notifyOf = (channel: NoticeChannel): string => `NOTIFY ${PREFIX}${channel}`;

export const listenTo = (channels: readonly NoticeChannel[]): string => channels.map((channel) => `LISTEN ${PREFIX}${channel}`).join('; ');

/** The name without our prefix; whether anybody listens to it is for the caller to see. */
export const channelOf = (name: string): string => name.slice(PREFIX.length);
