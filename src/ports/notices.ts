export type NoticeChannel =
  | 'catalogue'
  | 'settings'
  | 'neighbours'
  | 'cycles'
  | 'standing'
  | 'models'
  | 'population'
  | 'triggers'
  | 'experiments'
  | 'blocks'
  | 'people'
  | 'served';

/**
 * Word to every process that something it knows is out of date. Guarantee: at most once; a subscriber also polls, or keeps what it knows for a short while,
 * and is called after a lost connection.
 */
export interface Notices {
  /** @param listener told what the notice is about; '' is anything */
  subscribe(channel: NoticeChannel, listener: (about: string) => void): void;
  /** @param about at most 7,000 bytes; '' when left out */
  publish(channel: NoticeChannel, about?: string): Promise<void>;
}
