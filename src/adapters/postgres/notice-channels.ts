import { type NoticeChannel } from '../../ports/notices.js';

const PREFIX = 'imago_';

export const nameOf = (channel: NoticeChannel): string => PREFIX + channel;

/** The statement that tells all processes; within a transaction it is sent with the commit. */
export const notifyOf = (channel: NoticeChannel): string => `NOTIFY ${nameOf(channel)}`;

export const listenTo = (channels: readonly NoticeChannel[]): string => channels.map((channel) => `LISTEN ${nameOf(channel)}`).join('; ');

/** The name without our prefix; whether anybody listens to it is for the caller to see. */
export const channelOf = (name: string): string => name.slice(PREFIX.length);
