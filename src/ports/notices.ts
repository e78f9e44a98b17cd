export type NoticeChannel =
  'catalogue' | 'settings' | 'neighbours' | 'cycles' | 'standing' | 'models' | 'population' | 'triggers' | 'experiments' | 'blocks';

/** Word to every process that something derived is out of date. Guarantee: at most once; a subscriber also polls, and is called after a lost connection. */
export interface Notices {
  subscribe(channel: NoticeChannel, listener: () => void): void;
  publish(channel: NoticeChannel): Promise<void>;
}
